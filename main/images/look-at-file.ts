import { access, constants, realpath, stat } from 'node:fs/promises'
import path from 'node:path'
import {
  ImageError,
  isImageFileName,
  isUnmistakable,
  noHeaderFacts,
  type LinkSummary,
  type ReadingEngine,
  type Reason,
} from '../../core/index.ts'
import { usedByOthers } from './own-holds.ts'
import type { SeenImage, Sighting } from './scan-tasks.ts'

/** No image of an unmistakable format is shorter; spares opening every small file of a source tree. */
const shortestImage = 64 * 1024

/**
 * What is at `file`. With an image's name, or `named` by the person, it is a row whatever is in it; a
 * file of another name counts when its first bytes leave no doubt.
 */
export async function lookAtFile(
  engine: ReadingEngine,
  file: string,
  named: boolean,
): Promise<Sighting> {
  let facts
  try {
    facts = await stat(file)
  } catch (error) {
    return { kind: 'nothing', path: file, error: errorOf(error, file).toJSON() }
  }
  if (facts.isDirectory()) return { kind: 'folder', path: file }
  const isExpected = named || isImageFileName(path.basename(file))
  if (!facts.isFile()) {
    const error = new ImageError('file-not-regular', { path: file, found: 'device or a pipe' })
    return { kind: 'other', path: file, error: named ? error.toJSON() : undefined }
  }
  if (!isExpected && facts.size < shortestImage) {
    return { kind: 'other', path: file, error: undefined }
  }
  try {
    const header = await engine.summarizeHeader(file)
    if (!isExpected && !isUnmistakable(header.format)) {
      return { kind: 'other', path: file, error: undefined }
    }
    const target = header.backing?.target
    const parentPath =
      target === undefined ? undefined : await realpath(target).catch(() => undefined)
    const dataFile = header.dataFile && (await whereItLies(header.dataFile))
    const readOnly = await isReadOnly(file)
    const use = usedByOthers(header.use)
    return { kind: 'image', path: file, header: { ...header, use, dataFile, readOnly, parentPath } }
  } catch (error) {
    if (!isExpected) return { kind: 'other', path: file, error: undefined }
    const reason = ImageError.from(error, { path: file })
    if (reason.reason === 'file-missing') {
      return { kind: 'nothing', path: file, error: reason.toJSON() }
    }
    return { kind: 'image', path: file, header: await unreadable(file, reason) }
  }
}

/** By its real path, as the library knows files; one that is not there keeps the path it would have. */
async function whereItLies(link: LinkSummary): Promise<LinkSummary> {
  const { target } = link
  if (target === undefined) return link
  return { ...link, target: await realpath(target).catch(() => target) }
}

/** A row for a file that could not be opened: what the folder tells about it, and why. */
async function unreadable(file: string, error: ImageError): Promise<SeenImage> {
  const { dev, ino, size, blocks, mtimeMs, birthtimeMs } = await stat(file, { bigint: true })
  return {
    ...noHeaderFacts,
    path: file,
    identity: `${dev}:${ino}`,
    fingerprint: '',
    fileLength: Number(size),
    allocatedBytes: Number(blocks) * 512,
    modifiedAt: Number(mtimeMs),
    createdAt: Number(birthtimeMs),
    use: { state: 'unknown', holders: [] },
    error: error.toJSON(),
    readOnly: await isReadOnly(file),
    parentPath: undefined,
  }
}

/** Whether this user may not write to the file, by its permissions or because its volume is read-only. */
export async function isReadOnly(file: string): Promise<boolean> {
  try {
    await access(file, constants.W_OK)
    return false
  } catch (error) {
    return ['EACCES', 'EPERM', 'EROFS'].includes(errnoOf(error))
  }
}

export const errnoOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : 'EIO'

/** A file system error as the catalogue says it. */
export function errorOf(error: unknown, file: string): ImageError {
  const errno = errnoOf(error)
  const reasons: Readonly<Record<string, Reason>> = {
    ENOENT: 'file-missing',
    ENOTDIR: 'file-missing',
    EACCES: 'file-forbidden',
    EPERM: 'file-forbidden',
  }
  return new ImageError(reasons[errno] ?? 'read-failed', { path: file, errno }, { cause: error })
}
