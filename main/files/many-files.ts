/** What is known to stand against many files going to one folder, or to the Trash, before any of them is planned. */
import { readdir } from 'node:fs/promises'
import path from 'node:path'
import { ImageError } from '../../core/index.ts'
import type { ActionOf } from '../../ipc/schemas/action.ts'
import type { BatchNote, SkipReason } from '../../ipc/schemas/batch.ts'
import type { LibraryRow } from '../../ipc/schemas/library.ts'
import { admitNew } from '../plans/admit-new.ts'
import { freeBytesAt, whyNoFileIn } from '../plans/preflight/surroundings.ts'
import { isSameVolume, volumeOf } from './mount-points.ts'

export interface ManyFilesParts {
  readonly row: (imageId: number) => LibraryRow | undefined
  readonly childrenOf: (imageId: number) => readonly LibraryRow[]
  /** Where the window may name files. Throws `outside-roots`. */
  readonly admit: (path: string) => Promise<string>
}

export interface ManyFiles {
  readonly included: readonly { readonly row: LibraryRow; readonly note: BatchNote | undefined }[]
  readonly skipped: readonly { readonly imageId: number; readonly reason: SkipReason }[]
  /** Absent where nothing is copied. */
  readonly copied?: { readonly bytes: number; readonly freeBytes?: number }
}

/** Each image is planned when its turn comes all the same: this is what a person can know before. */
export type ManyFilesRequest = ActionOf<'move'> | ActionOf<'trash'>

/** Throws what stands against the folder itself: `folder-missing`, `folder-not-writable`, `outside-roots`. */
export const lookAtManyFiles = async (
  parts: ManyFilesParts,
  { kind, parameters }: ManyFilesRequest,
  rows: readonly LibraryRow[],
): Promise<ManyFiles> =>
  kind === 'move' && 'folder' in parameters
    ? movedTo(parts, parameters.folder, rows)
    : kind === 'move'
      ? { included: [], skipped: rows.map(({ id }) => skip(id, { kind: 'one-by-one' })) }
      : trashed(parts, rows)

async function movedTo(
  parts: ManyFilesParts,
  wanted: string,
  rows: readonly LibraryRow[],
): Promise<ManyFiles> {
  const folder = await folderFor(parts, wanted, rows)
  const taken = new Set(await readdir(folder))
  const included: ManyFiles['included'][number][] = []
  const skipped: ManyFiles['skipped'][number][] = []
  for (const row of rows) {
    const reason = againstFile(parts, row) ?? againstMove(row, folder, taken)
    if (reason === undefined) {
      included.push({ row, note: noteOfMove(row) })
      // Two of one name cannot both be there.
      taken.add(row.name)
    } else {
      skipped.push(skip(row.id, reason))
    }
  }
  const bytes = await bytesCopied(included, folder)
  if (bytes === 0) return { included, skipped }
  const freeBytes = await freeBytesAt(folder)
  return {
    included,
    skipped,
    copied: { bytes, ...(freeBytes === undefined ? {} : { freeBytes }) },
  }
}

async function folderFor(
  { admit }: ManyFilesParts,
  wanted: string,
  [first]: readonly LibraryRow[],
): Promise<string> {
  const file = await admitNew(admit, path.join(wanted, first?.name ?? 'image'))
  const folder = path.dirname(file)
  const trouble = await whyNoFileIn(folder, file)
  if (trouble !== undefined) throw ImageError.fromJSON(trouble)
  return folder
}

function againstMove(
  row: LibraryRow,
  folder: string,
  taken: ReadonlySet<string>,
): SkipReason | undefined {
  if (row.location === folder) return { kind: 'there-already' }
  if (taken.has(row.name)) return { kind: 'name-taken' }
  return row.dataFile !== undefined && !path.isAbsolute(row.dataFile.name)
    ? { kind: 'keeps-data-beside' }
    : undefined
}

function noteOfMove({ usedBy: [machine], childCount }: LibraryRow): BatchNote | undefined {
  if (machine !== undefined) return { kind: 'vm', vm: machine.vm }
  return childCount === 0 ? undefined : { kind: 'overlays-told', count: childCount }
}

/** Bytes that have to be written, because the folder is on another volume than the file. */
async function bytesCopied(included: ManyFiles['included'], folder: string): Promise<number> {
  const target = await volumeOf(folder)
  let bytes = 0
  for (const [location, files] of Map.groupBy(included, ({ row }) => row.location)) {
    const source = await volumeOf(location).catch(() => undefined)
    if (source !== undefined && isSameVolume(source, target)) continue
    for (const { row } of files) bytes += Math.min(row.fileLength, row.onDisk ?? row.fileLength)
  }
  return bytes
}

/** Overlays come before the image they stand on: it may go once none of them needs it. */
function trashed(parts: ManyFilesParts, rows: readonly LibraryRow[]): ManyFiles {
  const skipped: ManyFiles['skipped'][number][] = []
  const going = new Map<number, LibraryRow>()
  for (const row of rows) {
    const reason = againstFile(parts, row) ?? machineReason(row)
    if (reason === undefined) going.set(row.id, row)
    else skipped.push(skip(row.id, reason))
  }
  const included: ManyFiles['included'][number][] = []
  const gone = new Set<number>()
  // Each round takes those whose overlays have gone; what is left over when one takes none has overlays that stay.
  for (let before = -1; before !== gone.size;) {
    before = gone.size
    for (const row of going.values()) {
      const children = parts.childrenOf(row.id)
      if (children.some(({ id }) => !gone.has(id))) continue
      const { length: count } = children
      included.push({ row, note: count === 0 ? undefined : { kind: 'overlays-first', count } })
      gone.add(row.id)
      going.delete(row.id)
    }
  }
  for (const { id } of going.values()) {
    const { length: count } = parts.childrenOf(id).filter((child) => !gone.has(child.id))
    skipped.push(skip(id, { kind: 'overlays-stay', count }))
  }
  return { included, skipped }
}

function machineReason({ usedBy: [machine] }: LibraryRow): SkipReason | undefined {
  return machine && { kind: 'vm', vm: machine.vm }
}

function againstFile(
  { row: rowOf }: ManyFilesParts,
  { use, dataFileOf = [] }: LibraryRow,
): SkipReason | undefined {
  if (use.state === 'writing' || use.state === 'reading') {
    const [holder] = use.holders
    return { kind: 'in-use', ...(holder && { holder: holder.vm ?? holder.name }) }
  }
  const [needing] = dataFileOf.flatMap((id) => rowOf(id) ?? [])
  return needing && { kind: 'data-file-of', name: needing.name }
}

const skip = (imageId: number, reason: SkipReason) => ({ imageId, reason })
