import { Select as Base } from '@base-ui/react/select'
import { useId } from 'react'
import { Icon } from './icon.tsx'
import { popupContainer } from './popup-container.ts'
import './field.css'
import './menu.css'

export interface Option<Value extends string> {
  readonly value: Value
  readonly label: string
}

export interface SelectProps<Value extends string> {
  readonly label: string
  readonly labelHidden?: boolean
  readonly options: readonly Option<Value>[]
  readonly value: Value
  readonly onChange: (value: Value) => void
}

export function Select<Value extends string>({
  label,
  labelHidden = false,
  options,
  value,
  onChange,
}: SelectProps<Value>) {
  const id = useId()
  return (
    <div className="field">
      <span id={id} className={labelHidden ? 'visually-hidden' : 'field-label'}>
        {label}
      </span>
      <Base.Root
        items={options}
        value={value}
        onValueChange={(chosen) => chosen !== null && onChange(chosen)}
      >
        <Base.Trigger className="select-trigger" aria-labelledby={id}>
          <Base.Value />
          <Base.Icon>
            <Icon name="chevron-down" />
          </Base.Icon>
        </Base.Trigger>
        <Base.Portal container={popupContainer()}>
          <Base.Positioner
            className="menu-place"
            sideOffset={4}
            collisionPadding={8}
            alignItemWithTrigger={false}
          >
            <Base.Popup className="menu select-menu">
              {options.map((option) => (
                <Base.Item key={option.value} value={option.value} className="menu-item">
                  <span className="menu-check">
                    <Base.ItemIndicator>
                      <Icon name="check" />
                    </Base.ItemIndicator>
                  </span>
                  <Base.ItemText>{option.label}</Base.ItemText>
                </Base.Item>
              ))}
            </Base.Popup>
          </Base.Positioner>
        </Base.Portal>
      </Base.Root>
    </div>
  )
}
