import { throwIfAborted } from '../base/abort.ts'
import type { WritingEnvironment } from '../image/environment.ts'
import type { LinkPolicy } from '../image/open-gate.ts'
import { openBackingOf } from '../image/open-image.ts'
import type { DiskImage } from '../image/disk-image.ts'
import type { HeaderArea } from '../qcow2/format/header-area.ts'
import { readHeaderArea } from '../qcow2/header-file.ts'
import { holdingAllBut, openDataFile } from '../qcow2/open-writer.ts'
import { CountingFile } from '../storage/counting-file.ts'
import { CountingWritableFile } from '../storage/counting-writable-file.ts'
import { UnflushedFile } from '../storage/unflushed-file.ts'
import type { WritableFile } from '../storage/writable-file.ts'
import type { CompactPlan } from './compact-plan.ts'
import { extentOf } from './file-extent.ts'
import { mustBeStamped } from './image-stamp.ts'
import { proofDigestFor, type ProofDigest } from './proof-digest.ts'

export interface HoldOptions {
  /** Whether what lies below the image is needed, too. */
  readonly withBacking: boolean
  /** Default `same-folder`. */
  readonly links?: LinkPolicy | undefined
  /** Flushes wait until `settle`. */
  readonly unsafeBuffering?: boolean | undefined
  readonly signal?: AbortSignal | undefined
}

/** A file that is held for writing, with what is done to it counted. */
export interface HeldFile {
  /** To read and change it. */
  readonly file: WritableFile
  /** Counts what reaches the file itself. */
  readonly counted: CountingWritableFile
}

/** An image that nobody else changes until it is closed: exactly the one that a plan was made for. */
export interface HeldImage extends AsyncDisposable {
  readonly image: HeldFile
  /** undefined: the image is raw. */
  readonly area: HeaderArea | undefined
  readonly dataFile: HeldFile | undefined
  readonly backing: DiskImage | undefined
  /** Of all states, before and after: decided by what is stored before anything changes. */
  readonly proofDigest: ProofDigest
  /** Whether anything was done that changes a file. */
  isChanged(): boolean
  /** Bytes read from all files so far, those below included. */
  bytesRead(): number
  /** Makes durable what was put off. */
  settle(): Promise<void>
  /** Closes everything; an error of closing is one of writing. */
  close(): Promise<void>
}

/**
 * Opens an image as QEMU's writers do, its external data file too, and what lies below it as readers do.
 * Changes nothing. Throws what opening throws, `plan-outdated`, and the reason of a link that cannot be
 * opened.
 */
export async function holdForCompacting(
  host: WritingEnvironment,
  plan: CompactPlan,
  { withBacking, links, unsafeBuffering = false, signal }: HoldOptions,
): Promise<HeldImage> {
  throwIfAborted(signal)
  await using opened = new AsyncDisposableStack()
  const file = opened.use(await host.openForWriting(plan.path))
  mustBeStamped(file, plan.stamp)
  const area = plan.format === 'raw' ? undefined : readHeaderArea(file)
  let dataFile: WritableFile | undefined
  let backing: DiskImage | undefined
  const below: CountingFile[] = []
  if (area !== undefined) {
    const top = { file, path: plan.path, area }
    dataFile = opened.use(await openDataFile(host, top, { links }))
    if (dataFile !== undefined && plan.dataFile !== undefined) {
      mustBeStamped(dataFile, plan.dataFile.stamp)
    }
    if (withBacking) {
      const open = holdingAllBut(host, file)
      const openFile = async (name: string) => {
        const layer = new CountingFile(await open(name))
        below.push(layer)
        return layer
      }
      const holding = { ...host, openFile }
      backing = opened.use(await openBackingOf(holding, top, { links, signal }))
    }
  }
  const image = heldFile(file, unsafeBuffering)
  const data = dataFile && heldFile(dataFile, unsafeBuffering)
  const own = data === undefined ? [image] : [data, image]
  const files = opened.move()
  return {
    image,
    area,
    dataFile: data,
    backing,
    proofDigest: proofDigestFor(
      plan.kept.virtualSize,
      own.map((held) => extentOf(held.file)),
    ),
    isChanged: () => own.some(({ counted }) => counted.isChanged),
    bytesRead: () =>
      [...own.map(({ counted }) => counted), ...below].reduce(
        (sum, counted) => sum + counted.bytesRead,
        0,
      ),
    async settle() {
      for (const { putOff } of own) await putOff?.settle()
    },
    close: () => files.disposeAsync(),
    [Symbol.asyncDispose]: () => files.disposeAsync(),
  }
}

function heldFile(
  file: WritableFile,
  unsafeBuffering: boolean,
): HeldFile & { readonly putOff: UnflushedFile | undefined } {
  const counted = new CountingWritableFile(file)
  const putOff = unsafeBuffering ? new UnflushedFile(counted) : undefined
  return { file: putOff ?? counted, counted, putOff }
}
