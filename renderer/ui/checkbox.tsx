import { Checkbox as Base } from '@base-ui/react/checkbox'
import { useId, type ReactNode } from 'react'
import { Icon } from './icon.tsx'
import './field.css'

export interface CheckboxProps {
  readonly label: ReactNode
  readonly checked: boolean
  readonly onChange: (checked: boolean) => void
  readonly hint?: ReactNode
  readonly disabled?: boolean
}

export function Checkbox({ label, checked, onChange, hint, disabled = false }: CheckboxProps) {
  const id = useId()
  return (
    <div className="checkbox">
      <Base.Root
        id={id}
        className="checkbox-box"
        checked={checked}
        disabled={disabled}
        aria-describedby={hint === undefined ? undefined : `${id}-hint`}
        onCheckedChange={(value) => onChange(value)}
      >
        <Base.Indicator className="checkbox-mark">
          <Icon name="check" size={12} />
        </Base.Indicator>
      </Base.Root>
      <div>
        <label htmlFor={id}>{label}</label>
        {hint !== undefined && (
          <div id={`${id}-hint`} className="field-hint">
            {hint}
          </div>
        )}
      </div>
    </div>
  )
}
