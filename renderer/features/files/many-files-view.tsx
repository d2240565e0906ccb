import type { Contract } from '../../../ipc/contract.ts'
import type { Client } from '../../../ipc/procedure.ts'
import { exactBytes, formatBytes } from '../../format/bytes.ts'
import { counted, formatCount } from '../../format/counts.ts'
import { libraryRow } from '../../state/library.ts'
import { useSettings } from '../../state/settings.ts'
import { texts } from '../../texts/texts.ts'
import { noteWords, skipWords } from '../batch/batch-words.ts'
import { ImageGroup, ImageNames } from '../batch/image-names.tsx'

type Plan = Awaited<ReturnType<Client<Contract>['plans.batch']>>

export interface ManyFilesViewProps {
  readonly plan: Plan
  /** Said where nothing is in. */
  readonly none: string
  /** What the list of names is. */
  readonly label: string
}

/** Which files go, what is worth a word about them, and which stay and why. */
export function ManyFilesView({ plan, none, label }: ManyFilesViewProps) {
  const units = useSettings((state) => state.settings.units)
  const words = texts().files.trash
  const rows = plan.included.flatMap(({ imageId }) => libraryRow(imageId) ?? [])
  const bytes = rows.reduce((sum, { onDisk, fileLength }) => sum + (onDisk ?? fileLength), 0)
  const noted = Map.groupBy(
    plan.included.flatMap(({ imageId, note }) => (note === undefined ? [] : [{ imageId, note }])),
    ({ note }) => noteWords(note),
  )
  const skipped = Map.groupBy(plan.skipped, ({ reason }) => skipWords(reason))
  return (
    <>
      <p className="file-headline" title={exactBytes(bytes)}>
        {rows.length === 0
          ? none
          : words.included(counted(rows.length, 'image'), formatBytes(bytes, units))}
      </p>
      {rows.length > 0 && <ImageNames label={label} imageIds={rows.map(({ id }) => id)} />}
      {[...noted].map(([note, images]) => (
        <ImageGroup
          key={note}
          label={words.noted(counted(images.length, 'image'), note)}
          imageIds={images.map(({ imageId }) => imageId)}
        />
      ))}
      {[...skipped].map(([reason, images]) => (
        <ImageGroup
          key={reason}
          label={
            images.length === 1
              ? words.skippedOne(reason)
              : words.skipped(formatCount(images.length), reason)
          }
          imageIds={images.map(({ imageId }) => imageId)}
        />
      ))}
    </>
  )
}
