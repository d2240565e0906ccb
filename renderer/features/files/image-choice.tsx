import { Radio } from '@base-ui/react/radio'
import type { ReactNode } from 'react'
import type { LibraryRow } from '../../../ipc/schemas/library.ts'
import { formatBytes } from '../../format/bytes.ts'
import { useSettings } from '../../state/settings.ts'
import { Icon } from '../../ui/icon.tsx'
import { formatWords } from '../library/format-words.ts'
import './image-choice.css'

export interface ImageChoiceProps {
  /** Absolute path; what the group's value becomes. */
  readonly path: string
  /** Undefined for a file that the library does not have. */
  readonly row?: LibraryRow | undefined
  /** Badges that tell it from the others. */
  readonly children?: ReactNode
}

/** One image of a list to choose from: where it is, its format and size. Stands in an `ImageChoices`. */
export function ImageChoice({ path, row, children }: ImageChoiceProps) {
  const units = useSettings((state) => state.settings.units)
  const size = row?.virtualSize
  return (
    <Radio.Root value={path} className="image-choice" aria-label={path}>
      <Icon name="disk" />
      <span className="image-choice-words">
        <span className="image-choice-path">{path}</span>
        <span className="image-choice-facts">
          {row !== undefined && (
            <span className="muted">
              {[formatWords(row), ...(size === undefined ? [] : [formatBytes(size, units)])].join(
                ', ',
              )}
            </span>
          )}
          {children}
        </span>
      </span>
      <span className="image-choice-mark">
        <Radio.Indicator>
          <Icon name="check" />
        </Radio.Indicator>
      </span>
    </Radio.Root>
  )
}
