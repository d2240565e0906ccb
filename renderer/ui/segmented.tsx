import { Radio } from '@base-ui/react/radio'
import { RadioGroup } from '@base-ui/react/radio-group'
import { useId } from 'react'
import type { Option } from './select.tsx'
import './field.css'

export interface SegmentedProps<Value extends string> {
  readonly label: string
  readonly labelHidden?: boolean
  readonly options: readonly Option<Value>[]
  readonly value: Value
  readonly onChange: (value: Value) => void
}

/** One of a few, all in view. */
export function Segmented<Value extends string>({
  label,
  labelHidden = false,
  options,
  value,
  onChange,
}: SegmentedProps<Value>) {
  const id = useId()
  return (
    <div className="field">
      <span id={id} className={labelHidden ? 'visually-hidden' : 'field-label'}>
        {label}
      </span>
      <RadioGroup
        className="segmented"
        aria-labelledby={id}
        value={value}
        onValueChange={(chosen: Value) => onChange(chosen)}
      >
        {options.map((option) => (
          <Radio.Root
            key={option.value}
            value={option.value}
            className="segmented-item"
            aria-label={option.label}
          >
            {option.label}
          </Radio.Root>
        ))}
      </RadioGroup>
    </div>
  )
}
