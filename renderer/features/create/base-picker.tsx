import { RadioGroup } from '@base-ui/react/radio-group'
import { useDeferredValue, useEffect, useId, useMemo, useRef, useState } from 'react'
import { counted, formatCount } from '../../format/counts.ts'
import { useLibrary } from '../../state/library.ts'
import { Badge } from '../../ui/badge.tsx'
import { TextField } from '../../ui/text-field.tsx'
import { ChoosePathButton } from '../browse/choose-path-button.tsx'
import { ImageChoice } from '../files/image-choice.tsx'
import { HealthBadge } from '../library/health-badge.tsx'
import { createTexts } from './create-texts.ts'
import { possibleBases } from './possible-bases.ts'

export interface BasePickerProps {
  /** Absolute path of the base that is chosen already. */
  readonly chosen: string | undefined
  readonly onChoose: (path: string) => void
  /** The choice stands; arrow keys only go through what there is. */
  readonly onDone: () => void
}

/** Nobody reads further down: a word more makes the list short. */
const shownBases = 50

/** Images of the library to build on, found by words; or any other file. */
export function BasePicker({ chosen, onChoose, onDone }: BasePickerProps) {
  const rows = useLibrary((state) => state.rows)
  const [typed, setTyped] = useState('')
  const wanted = useDeferredValue(typed)
  const field = useRef<HTMLInputElement>(null)
  const id = useId()
  const words = createTexts().base
  const found = useMemo(() => possibleBases(rows.values(), wanted), [rows, wanted])
  const more = found.length - shownBases
  useEffect(() => field.current?.focus(), [])
  return (
    <div className="create-bases">
      <TextField
        ref={field}
        label={words.find}
        icon="search"
        clearable
        value={typed}
        onChange={setTyped}
        onKeyDown={(event) => {
          // The form's button would create an image that nobody has chosen a base for yet.
          if (event.key === 'Enter') event.preventDefault()
        }}
      />
      {found.length === 0 ? (
        <p className="muted">{typed === '' ? words.noneThere : words.noneFound}</p>
      ) : (
        <RadioGroup
          className="image-choices"
          aria-label={words.choices}
          aria-describedby={more > 0 ? id : undefined}
          value={chosen ?? ''}
          onValueChange={(path: string) => onChoose(path)}
          onClick={({ detail, target }) => {
            // A press of the mouse; those that the keyboard makes count none.
            const onChoice = target instanceof Element && target.closest('[role="radio"]') !== null
            if (detail > 0 && onChoice) onDone()
          }}
          onKeyDown={(event) => {
            if (event.key !== 'Enter') return
            event.preventDefault()
            if (chosen !== undefined) onDone()
          }}
        >
          {found.slice(0, shownBases).map((row) => (
            <ImageChoice key={row.id} path={row.path} row={row}>
              {row.childCount > 0 && (
                <Badge tone="neutral">{counted(row.childCount, 'overlay')}</Badge>
              )}
              <HealthBadge row={row} />
            </ImageChoice>
          ))}
        </RadioGroup>
      )}
      <div className="create-bases-end">
        <span id={id} className="muted">
          {more > 0 && words.more(formatCount(more))}
        </span>
        <ChoosePathButton
          purpose="image"
          label={words.anotherFile}
          onChoose={(path) => {
            onChoose(path)
            onDone()
          }}
        />
      </div>
    </div>
  )
}
