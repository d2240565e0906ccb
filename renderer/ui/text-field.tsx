import { useId, type ComponentProps, type ReactNode, type Ref } from 'react'
import { texts } from '../texts/texts.ts'
import { clsx } from './clsx.ts'
import { IconButton } from './button.tsx'
import { Icon, type IconName } from './icon.tsx'
import './field.css'

export interface TextFieldProps extends Omit<
  ComponentProps<'input'>,
  'onChange' | 'value' | 'ref'
> {
  readonly label: string
  /** The label is there for screen readers only. */
  readonly labelHidden?: boolean
  readonly icon?: IconName
  readonly value: string
  readonly onChange: (value: string) => void
  readonly hint?: ReactNode
  /** Shows a button that empties the field. */
  readonly clearable?: boolean
  readonly ref?: Ref<HTMLInputElement>
}

export function TextField({
  label,
  labelHidden = false,
  icon,
  value,
  onChange,
  hint,
  clearable = false,
  className,
  ...rest
}: TextFieldProps) {
  const id = useId()
  return (
    <div className={clsx('field', className)}>
      <label htmlFor={id} className={labelHidden ? 'visually-hidden' : 'field-label'}>
        {label}
      </label>
      <div className="field-box">
        {icon && <Icon name={icon} />}
        <input
          {...rest}
          id={id}
          className="field-input"
          value={value}
          aria-describedby={hint === undefined ? undefined : `${id}-hint`}
          onChange={(event) => onChange(event.target.value)}
        />
        {clearable && value !== '' && (
          <IconButton
            icon="close"
            size="small"
            label={texts().common.clear}
            onClick={() => onChange('')}
          />
        )}
      </div>
      {hint !== undefined && (
        <div id={`${id}-hint`} className="field-hint">
          {hint}
        </div>
      )}
    </div>
  )
}
