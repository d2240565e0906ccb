import { Radio } from '@base-ui/react/radio'
import { RadioGroup } from '@base-ui/react/radio-group'
import { useId, useMemo, useState, type RefObject } from 'react'
import { useLibrary } from '../../state/library.ts'
import { texts } from '../../texts/texts.ts'
import { enterChooses } from '../../ui/enter-chooses.ts'
import { Icon } from '../../ui/icon.tsx'
import { ChoosePathButton } from '../browse/choose-path-button.tsx'
import { foldersToOffer } from './folders-to-offer.ts'

export interface FolderChoiceProps {
  /** Where everything that is moved is now; undefined where it comes from several folders. */
  readonly from: string | undefined
  readonly folder: string | undefined
  /** The first one that can be chosen, which has the keyboard when the dialog opens. */
  readonly first: RefObject<HTMLElement | null>
  readonly onChoose: (folder: string) => void
}

/** The library's folders, those its images are in, and any other one. */
export function FolderChoice({ from, folder, first, onChoose }: FolderChoiceProps) {
  const id = useId()
  const library = useLibrary((state) => state.folders)
  const [others, setOthers] = useState<readonly string[]>([])
  // As they were when the dialog opened: a list that moves under the pointer is no choice.
  const [rows] = useState(() => useLibrary.getState().rows)
  const words = texts().files.move
  const paths = useMemo(
    () => [...new Set([...others, ...foldersToOffer(library, rows.values())])],
    [others, library, rows],
  )
  const firstOpen = paths.find((path) => path !== from)
  return (
    <div className="field">
      <span id={id} className="field-label">
        {words.folder}
      </span>
      {paths.length > 0 && (
        <RadioGroup
          className="file-folders"
          aria-labelledby={id}
          value={folder ?? ''}
          onValueChange={(path: string) => onChoose(path)}
          onKeyDown={enterChooses}
        >
          {paths.map((path) => (
            <Radio.Root
              key={path}
              value={path}
              className="file-folder"
              aria-label={path === from ? words.folderNot(path, words.same) : path}
              disabled={path === from}
              {...(path === firstOpen && { ref: first })}
            >
              <Icon name="folder" />
              <span className="file-folder-path">
                {path}
                {path === from && <span className="file-folder-reason">{words.same}</span>}
              </span>
              <Radio.Indicator>
                <Icon name="check" />
              </Radio.Indicator>
            </Radio.Root>
          ))}
        </RadioGroup>
      )}
      <div>
        <ChoosePathButton
          purpose="folder"
          label={words.choose}
          onChoose={(path) => {
            setOthers((before) => [path, ...before])
            onChoose(path)
          }}
        />
      </div>
    </div>
  )
}
