import { isUtf8 } from 'node:buffer'
import type { Dirent, Stats } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import path from 'node:path'
import { ImageError, isImageFileName, isUnmistakable, type Engine } from '../../core/index.ts'
import type { Host } from '../host.ts'
import { shownBytes } from '../terminal/shown-bytes.ts'

/** A file to work on, or a folder that could not be searched. */
export interface FoundImage {
  /** As typed, or below the folder as typed: what the answer names it by. */
  readonly path: string
  readonly error?: ImageError
}

export interface FoundImages {
  readonly images: readonly FoundImage[]
  /** More than one file was asked for: answers are tables and arrays. */
  readonly isBatch: boolean
}

/**
 * The images that were named: files as they are (a missing one is the engine's to explain), folders
 * with everything below them in name order. A file reached twice through links inside a folder counts
 * once; a folder reached again is not searched again, so loops of links end.
 */
export async function findImages(
  operands: readonly string[],
  { engine, signal }: Pick<Host, 'engine' | 'signal'>,
): Promise<FoundImages> {
  const images: FoundImage[] = []
  let sawFolder = false
  for (const operand of operands) {
    const facts = await factsOf(operand)
    if (facts?.isDirectory() === true) {
      sawFolder = true
      await search(operand, { images, seen: new Set([identityOf(facts)]), engine, signal })
    } else {
      images.push({ path: operand })
    }
  }
  return { images, isBatch: sawFolder || operands.length > 1 }
}

interface Search {
  readonly images: FoundImage[]
  readonly seen: Set<string>
  readonly engine: Engine
  readonly signal: AbortSignal
}

async function search(folder: string, { images, seen, engine, signal }: Search): Promise<void> {
  let found: Dirent<Buffer>[]
  try {
    found = await readdir(folder, { withFileTypes: true, encoding: 'buffer' })
  } catch (error) {
    images.push({ path: folder, error: folderError(folder, error) })
    return
  }
  const entries = found.map((entry) => ({ entry, name: entry.name.toString('utf8') }))
  entries.sort((a, b) => (a.name < b.name ? -1 : 1))
  for (const { entry, name } of entries) {
    if (signal.aborted) throw new ImageError('cancelled', { path: folder })
    if (entry.isFIFO() || entry.isSocket() || entry.isCharacterDevice()) continue
    if (!isUtf8(entry.name)) {
      // Opened by the name that Node makes of it, it could be another file.
      if (entry.isDirectory() || isImageFileName(name)) {
        const shown = path.join(folder, shownBytes(entry.name))
        images.push({ path: shown, error: new ImageError('name-not-utf8', { path: shown }) })
      }
      continue
    }
    const entryPath = path.join(folder, name)
    // path.join drops a leading "./", and the name should stay as it was typed.
    const shownPath = folder.startsWith('./') ? `./${entryPath}` : entryPath
    const facts = await factsOf(entryPath)
    if (facts === undefined) {
      // A link that leads nowhere is worth a word only when it says it is an image.
      if (isImageFileName(name)) images.push({ path: shownPath })
      continue
    }
    if (!facts.isDirectory() && !(facts.isFile() && (await isImage(entryPath, { name, engine }))))
      continue
    const identity = identityOf(facts)
    if (seen.has(identity)) continue
    seen.add(identity)
    if (facts.isDirectory()) await search(shownPath, { images, seen, engine, signal })
    else images.push({ path: shownPath })
  }
}

async function isImage(
  file: string,
  { name, engine }: { readonly name: string; readonly engine: Engine },
): Promise<boolean> {
  if (isImageFileName(name)) return true
  const { format } = await engine.summarizeHeader(file)
  return isUnmistakable(format)
}

const factsOf = (file: string): Promise<Stats | undefined> =>
  stat(file).catch((): undefined => undefined)

const identityOf = (facts: Stats): string => `${facts.dev}:${facts.ino}`

function folderError(folder: string, cause: unknown): ImageError {
  const errno = (cause as NodeJS.ErrnoException).code ?? 'EIO'
  if (errno === 'EACCES' || errno === 'EPERM') {
    return new ImageError('file-forbidden', { path: folder, errno }, { cause })
  }
  return new ImageError('read-failed', { path: folder, errno }, { cause })
}
