import { RadioGroup } from '@base-ui/react/radio-group'
import { useId, useState } from 'react'
import type { LibraryRow } from '../../../ipc/schemas/library.ts'
import { Badge } from '../../ui/badge.tsx'
import { enterChooses } from '../../ui/enter-chooses.ts'
import { ChoosePathButton } from '../browse/choose-path-button.tsx'
import { ImageChoice } from '../files/image-choice.tsx'
import { backingCandidates } from './backing-candidates.ts'
import { relinkTexts } from './relink-texts.ts'

export interface BackingChoiceProps {
  readonly row: LibraryRow
  readonly rows: ReadonlyMap<number, LibraryRow>
  /** Absolute path. */
  readonly chosen: string | undefined
  readonly onChoose: (path: string) => void
}

/** Further ones are as unlikely as any file. */
const shownCandidates = 8

/** Images that are likely to be the backing file, and any other file. */
export function BackingChoice({ row, rows, chosen, onChoose }: BackingChoiceProps) {
  const id = useId()
  const [others, setOthers] = useState<readonly string[]>([])
  const words = relinkTexts()
  const candidates = backingCandidates(row, rows).slice(0, shownCandidates)
  const known = new Set(candidates.map((candidate) => candidate.row.path))
  const isEmpty = candidates.length === 0 && others.length === 0
  return (
    <div className="field">
      <span id={id} className="field-label">
        {isEmpty ? words.none : words.candidates}
      </span>
      {!isEmpty && (
        <RadioGroup
          className="image-choices"
          aria-labelledby={id}
          value={chosen ?? ''}
          onValueChange={(path: string) => onChoose(path)}
          onKeyDown={enterChooses}
        >
          {others
            .filter((path) => !known.has(path))
            .map((path) => (
              <ImageChoice key={path} path={path} />
            ))}
          {candidates.map((candidate) => (
            <ImageChoice key={candidate.row.id} path={candidate.row.path} row={candidate.row}>
              {candidate.likeness
                .filter((likeness) => likeness !== 'folder' && likeness !== 'larger')
                .map((likeness) => (
                  <Badge key={likeness} tone={likeness === 'size' ? 'neutral' : 'good'}>
                    {words.likely[likeness]}
                  </Badge>
                ))}
            </ImageChoice>
          ))}
        </RadioGroup>
      )}
      <div>
        <ChoosePathButton
          purpose="image"
          label={words.browse}
          onChoose={(path) => {
            setOthers((before) => [path, ...before.filter((other) => other !== path)])
            onChoose(path)
          }}
        />
      </div>
    </div>
  )
}
