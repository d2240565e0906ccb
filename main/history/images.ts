/** The library's images and what the last jobs found out about each. */
import { z } from 'zod'
import { catalogue, type ErrorKind, type HeaderSummary, type Reason } from '../../core/index.ts'
import { errorData } from '../../ipc/schemas/error.ts'
import { formatName, linkSummary } from '../../ipc/schemas/image.ts'
import type { ReadableDb, WritableDb } from './db.ts'
import { flagColumn, jsonColumn, optional } from './json-column.ts'

/** What is stored of a header: all but the path (a column) and who uses the file (never true for long). */
export type StoredHeader = Omit<HeaderSummary, 'path' | 'use'>

/** The state of the file that a result was computed from; another state makes the result stale. */
const fileState = z.object({ modifiedAt: z.number(), length: z.number() })
export type FileState = Readonly<z.infer<typeof fileState>>

const lastCheck = z.object({
  /** Absent: a plan looked at every table. */
  jobId: z.number().optional(),
  at: z.number(),
  health: z.enum(['healthy', 'leaks', 'needs-repair', 'damaged']),
  fragmentation: z.number().optional(),
  file: fileState,
})
export type LastCheck = Readonly<z.infer<typeof lastCheck>>

const lastHash = z.object({
  jobId: z.number(),
  at: z.number(),
  sha256: z.string(),
  file: fileState,
})
export type LastHash = Readonly<z.infer<typeof lastHash>>

const reclaimableSpace = z.object({
  bytes: z.number(),
  at: z.number(),
  /** The tables and the content were looked at whole; else it is what is certain, or a guess. */
  isExact: z.boolean(),
  /** Of what is not exact: what is certain alone; else a guess. */
  isLeast: z.boolean().optional(),
  file: fileState,
})
/** What compacting would give back, by the last look that told. */
export type Reclaimable = Readonly<z.infer<typeof reclaimableSpace>>

const undefinable = <Schema extends z.ZodType>(schema: Schema) =>
  schema.optional().transform((value) => value)

const reason = z.custom<Reason>((value) => typeof value === 'string' && value in catalogue)
const kind = z.custom<ErrorKind>((value) => typeof value === 'string')

const headerFields = z.object({
  identity: z.string(),
  fingerprint: z.string(),
  format: undefinable(formatName),
  formatLabel: z.string(),
  virtualSize: undefinable(z.number()),
  fileLength: z.number(),
  allocatedBytes: undefinable(z.number()),
  modifiedAt: z.number(),
  createdAt: undefinable(z.number()),
  clusterSize: undefinable(z.number()),
  refcountBits: undefinable(z.number()),
  compressionType: undefinable(z.enum(['zlib', 'zstd'])),
  encryption: undefinable(z.enum(['none', 'aes', 'luks'])),
  extendedL2: undefinable(z.boolean()),
  lazyRefcounts: undefinable(z.boolean()),
  dirty: z.boolean(),
  corrupt: z.boolean(),
  snapshotCount: undefinable(z.number()),
  bitmapCount: undefinable(z.number()),
  backing: undefinable(linkSummary),
  dataFile: linkSummary.optional(),
  error: undefinable(errorData.extend({ reason, kind })),
})

/** JSON has no undefined: absent keys come back as keys that hold undefined, as the engine makes them. */
const storedHeader = headerFields.transform((fields): StoredHeader => ({
  ...fields,
  format: fields.format,
  virtualSize: fields.virtualSize,
  allocatedBytes: fields.allocatedBytes,
  createdAt: fields.createdAt,
  clusterSize: fields.clusterSize,
  refcountBits: fields.refcountBits,
  compressionType: fields.compressionType,
  encryption: fields.encryption,
  extendedL2: fields.extendedL2,
  lazyRefcounts: fields.lazyRefcounts,
  snapshotCount: fields.snapshotCount,
  bitmapCount: fields.bitmapCount,
  backing:
    fields.backing === undefined ? undefined : { ...fields.backing, target: fields.backing.target },
  dataFile: fields.dataFile && { ...fields.dataFile, target: fields.dataFile.target },
  error: fields.error,
}))

const imageRow = z
  .object({
    id: z.number(),
    path: z.string(),
    header: jsonColumn(storedHeader),
    single: flagColumn,
    links_trusted: flagColumn,
    treated_as_raw: flagColumn,
    added_at: z.number(),
    missing_since: z.number().nullable(),
    last_check: jsonColumn(lastCheck).nullable(),
    last_hash: jsonColumn(lastHash).nullable(),
    reclaimable: jsonColumn(reclaimableSpace).nullable(),
    used_at: z.number().nullable(),
  })
  .transform((row) => ({
    id: row.id,
    path: row.path,
    header: row.header,
    single: row.single,
    linksTrusted: row.links_trusted,
    treatedAsRaw: row.treated_as_raw,
    addedAt: row.added_at,
    missingSince: optional(row.missing_since),
    lastCheck: optional(row.last_check),
    lastHash: optional(row.last_hash),
    reclaimable: optional(row.reclaimable),
    usedAt: optional(row.used_at),
  }))
export type StoredImage = Readonly<z.infer<typeof imageRow>>

const columns = `id, path, header, single, links_trusted, treated_as_raw, added_at, missing_since, last_check, last_hash,
  reclaimable, used_at`

export const libraryImages = (db: ReadableDb): readonly StoredImage[] =>
  db.all(`SELECT ${columns} FROM images WHERE removed_at IS NULL`).map((row) => imageRow.parse(row))

/** A removed image (or one only the command line knows) of this path, or else of this identity. */
export function findFormerImage(
  db: ReadableDb,
  { path, identity }: { readonly path: string; readonly identity: string },
): StoredImage | undefined {
  const row =
    db.get(
      `SELECT ${columns} FROM images WHERE path = $path AND removed_at IS NOT NULL ORDER BY removed_at DESC`,
      { path },
    ) ??
    db.get(
      `SELECT ${columns} FROM images WHERE identity = $identity AND removed_at IS NOT NULL ORDER BY removed_at DESC`,
      { identity },
    )
  return row === undefined ? undefined : imageRow.parse(row)
}

/** In the library or not. */
export function findImage(db: ReadableDb, id: number): StoredImage | undefined {
  const row = db.get(`SELECT ${columns} FROM images WHERE id = $id`, { id })
  return row === undefined ? undefined : imageRow.parse(row)
}

export function findByPath(db: ReadableDb, path: string): StoredImage | undefined {
  const row = db.get(
    `SELECT ${columns} FROM images WHERE path = $path ORDER BY removed_at IS NOT NULL, removed_at DESC`,
    { path },
  )
  return row === undefined ? undefined : imageRow.parse(row)
}

export type NewImage = Pick<StoredImage, 'path' | 'header' | 'single' | 'addedAt'>

/** With `removedAt`, an image that has history but is not in the library. */
export function insertImage(
  db: WritableDb,
  { path, header, single, addedAt }: NewImage,
  removedAt?: number,
): number {
  return db.run(
    `INSERT INTO images (path, identity, header, single, added_at, removed_at)
     VALUES ($path, $identity, $header, $single, $addedAt, $removedAt)`,
    {
      path,
      identity: header.identity,
      header: JSON.stringify(header),
      single: Number(single),
      addedAt,
      removedAt: removedAt ?? null,
    },
  ).lastId
}

export function updateImage(
  db: WritableDb,
  { id, path, header, single, linksTrusted, treatedAsRaw, missingSince }: StoredImage,
): void {
  db.run(
    `UPDATE images SET path = $path, identity = $identity, header = $header, single = $single,
       links_trusted = $linksTrusted, treated_as_raw = $treatedAsRaw, missing_since = $missingSince,
       removed_at = NULL
     WHERE id = $id`,
    {
      id,
      path,
      identity: header.identity,
      header: JSON.stringify(header),
      single: Number(single),
      linksTrusted: Number(linksTrusted),
      treatedAsRaw: Number(treatedAsRaw),
      missingSince: missingSince ?? null,
    },
  )
}

/** Their jobs stay. */
export function removeImages(db: WritableDb, ids: readonly number[], removedAt: number): void {
  db.transaction(() => {
    for (const id of ids) {
      db.run('UPDATE images SET removed_at = $removedAt WHERE id = $id', { id, removedAt })
    }
  })
}

export function saveLastCheck(db: WritableDb, id: number, check: LastCheck): void {
  db.run('UPDATE images SET last_check = $check WHERE id = $id', {
    id,
    check: JSON.stringify(check),
  })
}

export function forgetLastCheck(db: WritableDb, id: number): void {
  db.run('UPDATE images SET last_check = NULL WHERE id = $id', { id })
}

/** What was found out about the file when it was taken for another format. */
export function forgetResults(db: WritableDb, id: number): void {
  db.transaction(() => {
    db.run(
      'UPDATE images SET last_check = NULL, last_hash = NULL, reclaimable = NULL WHERE id = $id',
      { id },
    )
    db.run('DELETE FROM allocations WHERE image_id = $id', { id })
  })
}

export function saveLastHash(db: WritableDb, id: number, hash: LastHash): void {
  db.run('UPDATE images SET last_hash = $hash WHERE id = $id', { id, hash: JSON.stringify(hash) })
}

export function saveReclaimable(db: WritableDb, id: number, reclaimable: Reclaimable): void {
  db.run('UPDATE images SET reclaimable = $reclaimable WHERE id = $id', {
    id,
    reclaimable: JSON.stringify(reclaimable),
  })
}

export function saveUsedAt(db: WritableDb, id: number, usedAt: number): void {
  db.run('UPDATE images SET used_at = $usedAt WHERE id = $id', { id, usedAt })
}
