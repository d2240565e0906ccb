import { useRef, useState, type ReactNode, type RefObject } from 'react'
import type { ImageAction } from '../../../ipc/schemas/action.ts'
import { formatBytes } from '../../format/bytes.ts'
import { counted } from '../../format/counts.ts'
import { host } from '../../host.ts'
import { libraryRow } from '../../state/library.ts'
import { reportError } from '../../state/report-error.ts'
import { useSettings } from '../../state/settings.ts'
import { useAnswer } from '../../state/use-answer.ts'
import { texts } from '../../texts/texts.ts'
import { Dialog } from '../../ui/dialog.tsx'
import { StartFooter } from '../batch/start-footer.tsx'
import { ErrorPanel } from '../error/error-panel.tsx'
import { FolderChoice } from './folder-choice.tsx'
import { ManyFilesView } from './many-files-view.tsx'
import { nameOf } from './new-path.ts'
import { startManyFiles } from './start-many-files.ts'
import './files.css'

export interface MoveManySheetProps {
  readonly imageIds: readonly number[]
  readonly onClose: () => void
}

/** One folder for several images: which go there, which stay, and why. */
export function MoveManySheet({ imageIds, onClose }: MoveManySheetProps) {
  const [folder, setFolder] = useState<string>()
  const [from] = useState(() => oneFolderOf(imageIds))
  const first = useRef<HTMLElement>(null)
  const words = texts().files.move
  return (
    <Chosen imageIds={imageIds} folder={folder} first={first} onClose={onClose}>
      <FolderChoice from={from} folder={folder} first={first} onChoose={setFolder} />
      {folder === undefined && <p className="muted">{words.needsFolder}</p>}
    </Chosen>
  )
}

function oneFolderOf(imageIds: readonly number[]): string | undefined {
  const folders = new Set(imageIds.flatMap((id) => libraryRow(id)?.location ?? []))
  const [only] = folders
  return folders.size === 1 ? only : undefined
}

interface ChosenProps extends MoveManySheetProps {
  readonly folder: string | undefined
  readonly first: RefObject<HTMLElement | null>
  readonly children: ReactNode
}

function Chosen({ imageIds, folder, first, onClose, children }: ChosenProps) {
  const units = useSettings((state) => state.settings.units)
  const [starting, setStarting] = useState(false)
  const words = texts().files.move
  const plan = useAnswer({
    // A plan for another folder is forgotten at once: nobody starts this one on the word of that one.
    subject: JSON.stringify([folder, imageIds]),
    version: 0,
    ask: async (signal) => {
      if (folder === undefined) return undefined
      const request: ImageAction = { kind: 'move', parameters: { folder } }
      return host().api['plans.batch']({ request, imageIds: [...imageIds] }, { signal })
    },
  })
  const ready = plan.kind === 'ready' ? plan.value : undefined
  const copied = ready?.copied
  const start = (): void => {
    if (folder === undefined || ready === undefined) return
    setStarting(true)
    startManyFiles({
      request: { kind: 'move', parameters: { folder } },
      imageIds: ready.included.map(({ imageId }) => imageId),
      leftOut: ready.skipped.length,
      title: words.batch(counted(ready.included.length, 'image'), folder),
    })
      .catch(reportError)
      .finally(onClose)
  }
  const whyNot = (): string | undefined => {
    if (folder === undefined) return words.needsFolder
    if (plan.kind === 'failed') return words.none
    if (ready === undefined) return texts().files.trash.looking
    if (ready.included.length === 0) return words.none
    return copied?.freeBytes !== undefined && copied.freeBytes < copied.bytes
      ? words.noRoom(formatBytes(copied.bytes, units), formatBytes(copied.freeBytes, units))
      : undefined
  }
  return (
    <Dialog
      title={words.title(counted(imageIds.length, 'image'))}
      initialFocus={first}
      onClose={onClose}
      footer={
        <StartFooter
          label={folder === undefined ? words.verbAlone : words.verb(nameOf(folder))}
          icon="move"
          starting={starting}
          whyNot={whyNot()}
          onStart={start}
          onClose={onClose}
        />
      }
    >
      <div className="file-form">
        {children}
        {plan.kind === 'failed' && <ErrorPanel error={plan.error} />}
        {ready !== undefined && (
          <>
            <ManyFilesView plan={ready} none={words.none} label={words.names} />
            {ready.included.length > 0 && (
              <p className="muted">
                {copied === undefined
                  ? words.renamed
                  : words.copied(formatBytes(copied.bytes, units), ready.included.length)}
              </p>
            )}
          </>
        )}
      </div>
    </Dialog>
  )
}
