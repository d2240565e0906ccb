import { access, constants, statfs } from 'node:fs/promises'
import path from 'node:path'
import { ImageError, type ImageErrorData } from '../../../core/index.ts'
import type { SpaceNeed } from '../draft.ts'

/** What stands around the image, as far as a card needs it. */
export interface Surroundings {
  /** Why the file cannot be changed. */
  readonly fileTrouble: ImageErrorData | undefined
  /** Why no file can be made beside it; only looked for when that is needed. */
  readonly folderTrouble: ImageErrorData | undefined
  readonly space: (SpaceNeed & { readonly freeBytes: number | undefined }) | undefined
}

/** Asks the system; changes nothing, and what it does not tell stays open. */
export async function lookAround(
  file: string,
  { makesFiles, space }: { readonly makesFiles: boolean; readonly space?: SpaceNeed | undefined },
): Promise<Surroundings> {
  const folder = path.dirname(file)
  return {
    fileTrouble: await whyNotWritable(file, (errno) =>
      new ImageError('file-not-writable', { path: file, errno }).toJSON(),
    ),
    folderTrouble: makesFiles ? await whyNoFileIn(folder, file) : undefined,
    space: space && { ...space, freeBytes: await freeBytesAt(space.folder) },
  }
}

/** Why `file` cannot be made in its folder, said of that file. */
export const whyNoFileIn = (folder: string, file: string): Promise<ImageErrorData | undefined> =>
  whyNotWritable(folder, (errno) =>
    new ImageError('folder-not-writable', { path: file, errno }).toJSON(),
  )

async function whyNotWritable(
  place: string,
  trouble: (errno: string) => ImageErrorData,
): Promise<ImageErrorData | undefined> {
  try {
    await access(place, constants.W_OK)
    return undefined
  } catch (error) {
    return trouble(error instanceof Error && 'code' in error ? String(error.code) : 'EACCES')
  }
}

/** What this account may still take of the volume; undefined where the system does not tell. */
export async function freeBytesAt(folder: string): Promise<number | undefined> {
  try {
    const { bavail, bsize } = await statfs(folder)
    return bavail * bsize
  } catch {
    return undefined
  }
}
