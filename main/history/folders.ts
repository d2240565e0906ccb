import { z } from 'zod'
import { flagColumn } from './json-column.ts'
import type { ReadableDb, WritableDb } from './db.ts'

const folderRow = z.object({
  id: z.number(),
  path: z.string(),
  recursive: flagColumn,
  watched: flagColumn,
})
export type StoredFolder = Readonly<z.infer<typeof folderRow>>

export const allFolders = (db: ReadableDb): readonly StoredFolder[] =>
  z.array(folderRow).parse(db.all('SELECT id, path, recursive, watched FROM folders ORDER BY id'))

/** A folder that is there already gets the new choices. */
export function saveFolder(
  db: WritableDb,
  { path, recursive, watched, addedAt }: Omit<StoredFolder, 'id'> & { readonly addedAt: number },
): StoredFolder {
  return folderRow.parse(
    db.get(
      `INSERT INTO folders (path, recursive, watched, added_at)
       VALUES ($path, $recursive, $watched, $addedAt)
       ON CONFLICT (path) DO UPDATE SET recursive = $recursive, watched = $watched
       RETURNING id, path, recursive, watched`,
      { path, recursive: Number(recursive), watched: Number(watched), addedAt },
    ),
  )
}

export function deleteFolder(db: WritableDb, id: number): void {
  db.run('DELETE FROM folders WHERE id = $id', { id })
}
