import { throwIfAborted } from '../base/abort.ts'
import type { Reason } from '../errors/catalogue.ts'
import { ImageError } from '../errors/image-error.ts'
import type { ExchangingEnvironment } from '../image/environment.ts'
import type { OperationContext } from '../progress.ts'
import type { BlockFile } from '../storage/block-file.ts'
import type { Host } from './host.ts'
import { mustBeNamed } from './must-be-named.ts'
import { copyAndProve, giveRights, type ProvedCopy } from './proved-copy.ts'
import { removeLeftovers } from './remove-leftovers.ts'
import { nameAside } from './rewrite-names.ts'

/** What has to be right before the old name goes, such as what other files say of this one. */
export interface WhilePlaced {
  /** Both names lead to the whole file. What it throws is thrown, and the new name goes again. */
  apply(): Promise<void>
  /** After `apply`, when the old name could not be removed. */
  revert(): Promise<void>
}

export interface RelocateOptions extends OperationContext {
  /** `device:inode` of the file that is meant, decimal. Throws `file-changed` for another one. */
  readonly identity?: string | undefined
  readonly whilePlaced?: WhilePlaced | undefined
}

export interface RelocateResult {
  readonly from: string
  readonly to: string
  /** undefined: it is the same file under another name. */
  readonly copied: RelocatedCopy | undefined
  /** `device:inode` of the file under its new name. */
  readonly identity: string
}

export interface RelocatedCopy extends ProvedCopy {
  /** Who may do what, as far as the new volume does not let it be as it was: `owner`, `mode`… */
  readonly rightsLost: string | undefined
}

export type RelocatingHost = Host & ExchangingEnvironment

export interface Names {
  readonly from: string
  readonly to: string
}

/**
 * Gives a file another name or another place, and never over another file. Holds it as QEMU's writers do,
 * so that nobody works with it meanwhile. At every moment one of the two names leads to the whole file:
 *
 *     same volume:   rename in one step; with `whilePlaced`: second name, apply, old name goes
 *     other volume:  hidden copy beside the new name, holes kept      flush
 *                    both read again and compared by digest
 *                    rights and times of the old file                 flush
 *                    the copy gets its name                           folder flush
 *                    whilePlaced.apply
 *                    the old file goes                                folder flush
 *
 * A cancel is heard until the copy gets its name. A failure before the old name goes leaves the file as it
 * was; a killed process leaves at most the hidden copy, which the next one to that place removes, or the
 * file under both names (`settleRelocation` sees to both). Throws `file-in-use`, `file-changed`,
 * `name-taken`, `source-changed` and the reasons of moving (reasons-place.ts).
 */
export async function relocate(
  host: RelocatingHost,
  from: string,
  to: string,
  options: RelocateOptions = {},
): Promise<RelocateResult> {
  try {
    throwIfAborted(options.signal)
    await mustBeNoLink(host, from)
    await using file = await holdToMove(host, from)
    mustBe(file, options.identity)
    const renamed = await renameOrLink(host, file, { from, to }, options)
    if (renamed) return { from, to, copied: undefined, identity: identityOf(file) ?? '' }
    return { from, to, ...(await copyOver(host, file, { from, to }, options)) }
  } catch (error) {
    throw ImageError.from(error, { path: from })
  }
}

/** A link would go elsewhere while the image stays; the folders above it may be links as they like. */
async function mustBeNoLink({ paths }: RelocatingHost, path: string): Promise<void> {
  const folder = paths.folderOf(path)
  const name = path.slice(folder.length).replace(/^[\\/]/, '')
  const link = await paths.real(path)
  // Systems that take capitals and small letters for the same answer with their own spelling.
  if (link.toLowerCase() === paths.resolve(await paths.real(folder), name).toLowerCase()) return
  throw new ImageError('move-of-link', { path, link })
}

/** Another name for a file needs no right to change the file; then it is held as readers do. */
export async function holdToMove(host: RelocatingHost, path: string): Promise<BlockFile> {
  try {
    return await host.openForWriting(path)
  } catch (error) {
    if (!(error instanceof ImageError) || error.reason !== 'file-not-writable') throw error
    return await host.openForHolding(path)
  }
}

export const identityOf = ({ identity }: Pick<BlockFile, 'identity'>): string | undefined =>
  identity === undefined ? undefined : `${identity.device}:${identity.inode}`

function mustBe(file: BlockFile, expected: string | undefined): void {
  const found = identityOf(file)
  if (expected === undefined || found === expected) return
  throw new ImageError('file-changed', {
    path: file.name,
    found: `file ${found ?? 'without a number'}`,
    expected: `file ${expected}`,
  })
}

/** False when the new name is on another volume; then nothing was done. */
async function renameOrLink(
  host: RelocatingHost,
  file: BlockFile,
  { from, to }: Names,
  { whilePlaced }: RelocateOptions,
): Promise<boolean> {
  try {
    if (whilePlaced === undefined) {
      await host.renameFile(from, to)
      await flushNames(host, to, from)
      return true
    }
    return await renameAround(host, file, { from, to }, whilePlaced)
  } catch (thrown) {
    const error = ImageError.from(thrown)
    if (error.context.errno === 'EXDEV') return false
    throw inWordsOfMoving(error, from, to)
  }
}

async function renameAround(
  host: RelocatingHost,
  file: BlockFile,
  { from, to }: Names,
  whilePlaced: WhilePlaced,
): Promise<boolean> {
  if (await gotSecondName(host, from, to)) {
    await flushOrRemove(host, from, to)
    await finishMove(host, file, { from, to }, whilePlaced)
    return true
  }
  // Without hard links nothing has both names: what names the file is told right after.
  await host.renameFile(from, to)
  try {
    await whilePlaced.apply()
  } catch (error) {
    await host.renameFile(to, from)
    throw error
  }
  await flushNames(host, to, from)
  return true
}

async function gotSecondName(host: RelocatingHost, from: string, to: string): Promise<boolean> {
  try {
    await host.addName(from, to)
    return true
  } catch (thrown) {
    const error = ImageError.from(thrown)
    // Another spelling of the same name, or a volume without hard links: renaming knows what it means.
    const isAnswer = error.context.errno === 'EXDEV' || error.kind === 'not-found'
    if (isAnswer) throw error
    return false
  }
}

/** The file has both names, for good; from here on the old one goes. */
export async function finishMove(
  host: RelocatingHost,
  file: BlockFile,
  { from, to }: Names,
  whilePlaced: WhilePlaced | undefined,
): Promise<void> {
  try {
    await whilePlaced?.apply()
  } catch (error) {
    await removeNew(host, from, to)
    throw error
  }
  try {
    if (await isStillNamed(host, file, from)) await host.removeFile(from)
  } catch (thrown) {
    await whilePlaced?.revert()
    await removeNew(host, from, to)
    if (thrown instanceof ImageError && thrown.reason === 'file-changed') throw thrown
    throw new ImageError('move-not-removed', { path: from, ...errnoOf(thrown) }, { cause: thrown })
  }
  await flushNames(host, from)
}

/** False when somebody removed the old name: then the new one is the last. Throws `file-changed`. */
async function isStillNamed(host: RelocatingHost, file: BlockFile, from: string): Promise<boolean> {
  try {
    await mustBeNamed(host, file, from)
    return true
  } catch (error) {
    if (error instanceof ImageError && error.reason === 'file-missing') return false
    throw error
  }
}

/** The old name may only go once the new one is there for good. */
async function flushOrRemove(host: RelocatingHost, from: string, to: string): Promise<void> {
  try {
    await host.flushFolder(host.paths.folderOf(to))
  } catch (error) {
    await removeNew(host, from, to)
    throw error
  }
}

export async function removeNew(host: RelocatingHost, from: string, name: string): Promise<void> {
  try {
    await host.removeFile(name)
  } catch (thrown) {
    const facts = { path: from, link: name, ...errnoOf(thrown) }
    throw new ImageError('move-left-behind', facts, { cause: thrown })
  }
}

async function copyOver(
  host: RelocatingHost,
  file: BlockFile,
  { from, to }: Names,
  options: RelocateOptions,
): Promise<Pick<RelocateResult, 'copied' | 'identity'>> {
  await removeLeftovers(host, to)
  const aside = nameAside(host, to)
  let name = aside
  try {
    await using copy = await host.createPrivateFile(aside)
    try {
      const copied = await copyAndProve(host, file, copy, options)
      const rightsLost = await giveRights(host, from, aside)
      await copy.flush()
      throwIfAborted(options.signal)
      await host.renameFile(aside, to)
      name = to
      await flushOrRemove(host, from, to)
      await finishMove(host, file, { from, to }, options.whilePlaced)
      return { copied: { ...copied, rightsLost }, identity: identityOf(copy) ?? '' }
    } catch (error) {
      // What failed while both names led to the file has removed the new one by itself.
      if (name === aside) await removeNew(host, from, aside)
      throw error
    }
  } catch (error) {
    throw inWordsOfMoving(error, from, aside, to)
  }
}

/**
 * After the file got its new name. Should it not be durable, a power cut brings the old name back, which is
 * nothing to fail for: one of the two leads to the file.
 */
async function flushNames(host: RelocatingHost, ...names: readonly string[]): Promise<void> {
  for (const folder of new Set(names.map((name) => host.paths.folderOf(name)))) {
    await host.flushFolder(folder).catch(() => undefined)
  }
}

const errnoOf = (thrown: unknown): { readonly errno?: string } => {
  const { errno } = ImageError.from(thrown).context
  return errno === undefined ? {} : { errno }
}

const reasons: Partial<Record<Reason, Reason>> = {
  'file-exists': 'name-taken',
  'no-space': 'move-no-space',
  'file-too-long': 'move-no-space',
  'write-failed': 'move-failed',
  'flush-failed': 'move-failed',
  'file-not-writable': 'move-folder',
  'file-forbidden': 'move-folder',
  'file-missing': 'folder-missing',
  'folder-not-writable': 'move-folder',
}

/** What is wrong with one of the new names, said of the file that stays where it is. */
function inWordsOfMoving(thrown: unknown, from: string, ...names: readonly string[]): ImageError {
  const error = ImageError.from(thrown)
  const { path, ...facts } = error.context
  if (path === undefined || !names.includes(path)) return error
  const reason = reasons[error.reason] ?? error.reason
  const link = names.at(-1) ?? path
  // Of these the new place is what is wrong.
  if (reason === 'name-taken' || reason === 'folder-missing') {
    return new ImageError(reason, { ...facts, path: link }, { cause: error })
  }
  return new ImageError(reason, { ...facts, path: from, link }, { cause: error })
}
