import { breather, throwIfAborted } from '../base/abort.ts'
import { sameBytes } from '../base/same-bytes.ts'
import { ImageError } from '../errors/image-error.ts'
import type { GuestPiece } from '../guest/guest-bytes.ts'
import { readStructure } from '../guest/read-structure.ts'
import { tableBytes } from '../guest/table-bytes.ts'
import { bytesBeforeMove } from '../guest/write-gpt-move.ts'
import type { ExchangingEnvironment } from '../image/environment.ts'
import { openImage } from '../image/open-image.ts'
import type { OperationContext } from '../progress.ts'
import { writeEncoded } from '../qcow2/encode/write-encoded.ts'
import { contentSource, type ByteSource } from './byte-source.ts'
import { encodeSettings, pieceOptions } from './encode-settings.ts'
import { encodeRecord, type CutRecord } from './kept-cut-record.ts'
import { plannedMove } from './move-gpt.ts'
import { makeOutput } from './new-output.ts'
import type { ResizableImage } from './resizable-image.ts'
import type { ResizePlan } from './resize-plan.ts'
import { sourcePieces } from './source-pieces.ts'

/** A file that keeps what was cut off. */
export interface KeptCut {
  readonly path: string
  readonly fileLength: number
  /** undefined where the host does not tell. */
  readonly allocatedBytes: number | undefined
}

const WINDOW = 1024 * 1024

/**
 * Writes the guest's bytes past the new end into a file of their own, and those that moving GPT's copy overwrites:
 * a qcow2 image with each byte at its old place, and a record that says what for (kept-cut-record.ts). Only what
 * is stored is written. The file gets its name when it is whole and durable; then it is read again and compared
 * with the disk. Memory as `writeEncoded`, which does it.
 *
 * Throws `encrypted`, the `output-…` reasons, `cut-file-invalid` when what was written reads as
 * something else, and `cancelled`; nothing of the image was changed then, and the file is gone.
 */
export async function keepCut(
  host: ExchangingEnvironment,
  image: ResizableImage,
  plan: ResizePlan,
  path: string,
  context: OperationContext,
): Promise<KeptCut> {
  const { source, record } = await cutSource(image, plan)
  const settings = encodeSettings({})
  const { signal, pause } = context
  const pieces = sourcePieces(source, pieceOptions(settings, { signal, pause }))
  const { length } = source
  const disk = { pieces, length, finalLength: () => length }
  const told = { ...context, onProgress: inPhase(context, 'keep') }
  // What a guest stored is nobody's but its owner's.
  const secretly = { ...host, createFile: (name: string) => host.createPrivateFile(name) }
  const made = await makeOutput(secretly, path, { signal }, (file) =>
    writeEncoded(file, disk, { settings, packing: undefined }, told),
  )
  try {
    await mustHold(host, made.path, { source, record }, context)
  } catch (error) {
    // What went wrong first is what counts.
    await host.removeFile(made.path).catch(() => undefined)
    throw error
  }
  const { fileLength, allocatedBytes } = made
  return { path: made.path, fileLength, allocatedBytes }
}

interface CutSource {
  readonly source: ByteSource
  readonly record: GuestPiece
}

async function cutSource(image: ResizableImage, plan: ResizePlan): Promise<CutSource> {
  const { disk } = image
  const after = plan.after.virtualSize
  const structure = await readStructure(disk, undefined)
  const move = plan.moveGptBackup ? await plannedMove(disk, after) : undefined
  const overwritten = move && (await bytesBeforeMove(disk, move))
  const rangeOf = ({ at, bytes }: GuestPiece) => ({ at, length: bytes.length })
  const record: CutRecord = {
    format: plan.format,
    before: disk.length,
    after,
    moved: overwritten && {
      heads: overwritten.heads.map(rangeOf),
      second: rangeOf(overwritten.second),
    },
    wholeDisk: knownBy(structure),
    left: await tableBytes(disk, structure, move),
  }
  const piece = encodeRecord(record)
  const pieces = overwritten === undefined ? [] : [...overwritten.heads, overwritten.second]
  return { source: sourceOf(image, { after, pieces, record: piece }), record: piece }
}

/** Of the file system on a disk without a table, so that no other disk is taken for it. */
export const knownBy = ({
  wholeDisk,
}: Awaited<ReturnType<typeof readStructure>>): string | undefined =>
  wholeDisk && `${wholeDisk.kind} ${wholeDisk.uuid ?? ''}`.trim()

/** Zeroes up to the new end but for some pieces; the disk from there to its old end; the record. */
function sourceOf(
  image: ResizableImage,
  parts: {
    readonly after: number
    readonly pieces: readonly GuestPiece[]
    readonly record: GuestPiece
  },
): ByteSource {
  const { after, record } = parts
  const content = contentSource(image.image())
  const before = content.length
  const small = [...parts.pieces, record].toSorted((one, other) => one.at - other.at)
  const pieceAt = (at: number) =>
    small.find((piece) => at >= piece.at && at < piece.at + piece.bytes.length)
  const nextPiece = (at: number) => small.find((piece) => piece.at > at)?.at ?? Infinity
  return {
    length: record.at + record.bytes.length,
    runAt(at, limit) {
      const piece = pieceAt(at)
      if (piece !== undefined) {
        return { length: Math.min(limit, piece.at + piece.bytes.length - at), isZero: false }
      }
      const length = Math.min(limit, nextPiece(at) - at)
      if (at >= before) return { length, isZero: true }
      if (at < after) return { length: Math.min(length, after - at), isZero: true }
      return content.runAt(at, Math.min(length, before - at))
    },
    async read(into, at, signal) {
      for (let done = 0; done < into.length;) {
        const from = at + done
        const piece = pieceAt(from)
        const end = Math.min(
          into.length - done,
          piece === undefined ? nextPiece(from) - from : piece.at + piece.bytes.length - from,
          from < after ? after - from : from < before ? before - from : Infinity,
        )
        const part = into.subarray(done, done + end)
        if (piece !== undefined)
          part.set(piece.bytes.subarray(from - piece.at, from - piece.at + end))
        else if (from < after || from >= before) part.fill(0)
        else await content.read(part, from, signal)
        done += end
      }
    },
  }
}

/** What was written is read again, from the file, before anything is cut. */
async function mustHold(
  host: ExchangingEnvironment,
  path: string,
  { source }: CutSource,
  context: OperationContext,
): Promise<void> {
  await using opened = await openImage(host, path, { format: 'qcow2', links: 'deny' })
  const { image } = opened
  const { signal, pause } = context
  const breathe = breather(signal, { pause })
  const report = inPhase(context, 'verify')
  const expected = new Uint8Array(WINDOW)
  const found = new Uint8Array(WINDOW)
  for (let at = 0; at < source.length;) {
    throwIfAborted(signal)
    const run = source.runAt(at, source.length - at)
    const length = run.isZero ? run.length : Math.min(run.length, WINDOW)
    if (!run.isZero) {
      const [one, other] = [expected.subarray(0, length), found.subarray(0, length)]
      await source.read(one, at, signal)
      await image.read(other, at, signal)
      if (!sameBytes(one, other)) {
        const facts = { path, found: `it reads as something else at byte ${at}` }
        throw new ImageError('cut-file-invalid', facts)
      }
    }
    at += length
    report({ phase: 'verify', done: at, total: source.length, unit: 'bytes' })
    await breathe()
  }
}

const inPhase =
  ({ onProgress }: OperationContext, phase: string): NonNullable<OperationContext['onProgress']> =>
  (progress) =>
    onProgress?.({ ...progress, phase })
