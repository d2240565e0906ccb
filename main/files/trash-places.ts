/**
 * The Trash of the freedesktop.org specification (version 1.0), which Linux' file managers share: a folder in the
 * account's home for files of the same volume, and one at the top of each other volume. A file in it lies in `files/`,
 * and a file of the same name in `info/` says where it came from.
 */
import { constants } from 'node:fs'
import { access, lstat, mkdir, stat, unlink, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { ImageError } from '../../core/index.ts'
import { longestName } from './file-name.ts'
import { isSameVolume, volumeOf } from './mount-points.ts'

export interface TrashFolder {
  readonly path: string
  /** What the paths in its info files count from; undefined: they are whole. */
  readonly top: string | undefined
}

/** A name that nothing else in the Trash has. */
export interface TrashName {
  /** Where the file goes. */
  readonly file: string
  /** Says where it came from. */
  readonly info: string
}

export interface TrashOwner {
  /** `XDG_DATA_HOME`, or its usual place. */
  readonly dataHome: string
  readonly uid: number
}

/** Where a file's Trash is; makes nothing. Throws `trash-not-possible`. */
export async function trashFolderFor(
  file: string,
  { dataHome, uid }: TrashOwner,
): Promise<TrashFolder> {
  const volume = await volumeOf(file)
  const home = path.join(dataHome, 'Trash')
  if (isSameVolume(volume, await volumeOf(await nearestExisting(home)))) {
    return { path: home, top: undefined }
  }
  const { top } = volume
  const found = await trashFolderAt(top, uid)
  if (found !== undefined) return found
  throw new ImageError('trash-not-possible', { path: file, link: path.join(top, `.Trash-${uid}`) })
}

/** The Trash of an account at the top of a volume; undefined where it can have none. Makes nothing. */
export async function trashFolderAt(top: string, uid: number): Promise<TrashFolder | undefined> {
  const shared = path.join(top, '.Trash')
  const ofAccount = path.join(shared, String(uid))
  // Everybody may make folders in the shared one: somebody may have made this account's, or a link.
  if ((await isShared(shared)) && (await mayBeUsed(ofAccount, uid))) return { path: ofAccount, top }
  const own = path.join(top, `.Trash-${uid}`)
  return (await mayBeUsed(own, uid)) ? { path: own, top } : undefined
}

/**
 * Takes a name in the Trash for a file, by making its info file first, as the specification asks. Throws what the
 * system says.
 */
export async function takeTrashName(
  { path: folder, top }: TrashFolder,
  file: string,
  now: Date,
): Promise<TrashName> {
  for (const part of ['files', 'info']) {
    await mkdir(path.join(folder, part), { recursive: true, mode: 0o700 })
  }
  const from = top === undefined ? file : path.relative(top, file)
  const text = `[Trash Info]\nPath=${encoded(from)}\nDeletionDate=${localTime(now)}\n`
  for (let number = 1; ; number++) {
    const taken = trashNameIn(folder, path.basename(file), number)
    if (await exists(taken.file)) continue
    try {
      await writeFile(taken.info, text, { flag: 'wx', mode: 0o600 })
      return taken
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
    }
  }
}

/** What the file may be called there; each `number` is another try. */
export function trashNameIn(folder: string, file: string, number = 1): TrashName {
  const { name: stem, ext } = path.parse(file)
  const ending = number === 1 ? ext : `.${number}${ext}`
  const name = `${shortened(stem, longestName - Buffer.byteLength(`${ending}${infoEnding}`))}${ending}`
  return {
    file: path.join(folder, 'files', name),
    info: path.join(folder, 'info', `${name}${infoEnding}`),
  }
}

const infoEnding = '.trashinfo'

/** By code points, so that no character is cut in two. */
function shortened(text: string, bytes: number): string {
  let kept = text
  while (kept !== '' && Buffer.byteLength(kept) > bytes)
    kept = Array.from(kept).slice(0, -1).join('')
  return kept
}

/** The file is not there (any more); one that cannot be removed says nothing to anybody. */
export const forgetTrashName = async ({ info }: Pick<TrashName, 'info'>): Promise<void> =>
  unlink(info).catch(() => undefined)

/** As in a URL, but for the slashes. */
const encoded = (file: string): string => file.split('/').map(encodeURIComponent).join('/')

/** `2024-05-06T07:08:09`, by the clock of the place. */
function localTime(date: Date): string {
  const two = (value: number): string => String(value).padStart(2, '0')
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`
  return `${day}T${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`
}

/** Made by the administrator for all accounts: a folder, no link, and sticky, as the specification asks. */
async function isShared(folder: string): Promise<boolean> {
  const stats = await lstat(folder).catch(() => undefined)
  const sticky = 0o1000
  return stats?.isDirectory() === true && (stats.mode & sticky) !== 0 && mayWrite(folder)
}

/** A folder of somebody else, or a link, would send the file to who knows where. */
async function mayBeUsed(folder: string, uid: number): Promise<boolean> {
  const stats = await lstat(folder).catch(() => undefined)
  if (stats === undefined) return mayWrite(path.dirname(folder))
  return stats.isDirectory() && stats.uid === uid && mayWrite(folder)
}

const mayWrite = (folder: string): Promise<boolean> =>
  access(folder, constants.W_OK).then(
    () => true,
    () => false,
  )

const exists = (file: string): Promise<boolean> =>
  lstat(file).then(
    () => true,
    () => false,
  )

async function nearestExisting(folder: string): Promise<string> {
  const isThere = await stat(folder).then(
    () => true,
    () => false,
  )
  const above = path.dirname(folder)
  return isThere || above === folder ? folder : nearestExisting(above)
}
