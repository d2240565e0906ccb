import { ImageError } from '../errors/image-error.ts'
import type { OperationContext } from '../progress.ts'
import type { BlockFile, FileIdentity } from '../storage/block-file.ts'
import { fileSource } from './byte-source.ts'
import { digestOf } from './digest.ts'
import { extentOf } from './file-extent.ts'
import { mustBeNamed } from './must-be-named.ts'
import { proofDigestFor, proofHasher } from './proof-digest.ts'
import {
  finishMove,
  holdToMove,
  identityOf,
  removeNew,
  type Names,
  type RelocatingHost,
  type WhilePlaced,
} from './relocate.ts'
import { removeLeftovers } from './remove-leftovers.ts'

export interface SettleRelocationOptions extends OperationContext {
  /** `device:inode` that the file had under its old name, decimal. */
  readonly identity: string
  /** Bytes that it had. */
  readonly length: number
  /** What was to be right before the old name goes; each of its parts may be done already. */
  readonly whilePlaced: WhilePlaced
}

/**
 * - `finished`: the file has the new name only.
 * - `taken-back`: it has the old name only, and whoever was told of the new one was told again.
 * - `two-files`: both names are taken, by files that differ; nothing was removed.
 * - `nowhere`: neither name leads to it, as when its volume is not there.
 */
export type SettledRelocation =
  | { readonly kind: 'finished'; readonly identity: string }
  | { readonly kind: 'taken-back' | 'two-files' | 'nowhere' }

/**
 * Brings a relocation to an end that a killed process left half way: forwards where the file has its new name, backwards
 * where it has not, or where what names it cannot be told. A copy on another volume is believed only after it was
 * compared with the file, byte by byte: somebody may have written to one of them since. May be done again after being
 * killed itself. Throws `file-in-use` and what the system says; then both names are as they were.
 */
export async function settleRelocation(
  host: RelocatingHost,
  from: string,
  to: string,
  options: SettleRelocationOptions,
): Promise<SettledRelocation> {
  await removeLeftovers(host, to).catch(() => [])
  const here = await identityAt(host, from)
  const there = await identityAt(host, to)
  if (here === undefined && there === undefined) return { kind: 'nowhere' }
  if (there === undefined) {
    if (here !== undefined && !isSameNumber(here, options.identity)) return { kind: 'nowhere' }
    await options.whilePlaced.revert()
    return { kind: 'taken-back' }
  }
  if (here === undefined) {
    if (!(await isMoved(host, to, there, options))) return { kind: 'nowhere' }
    await options.whilePlaced.apply()
    return { kind: 'finished', identity: numbersOf(there) }
  }
  return isSame(here, there)
    ? endUnderOneName(host, { from, to }, options)
    : endWithOneFile(host, { from, to }, options)
}

/** Whether the only file there is can be the one that was moved: it, or its copy, which was compared by then. */
async function isMoved(
  host: RelocatingHost,
  to: string,
  there: FileIdentity,
  { identity, length }: SettleRelocationOptions,
): Promise<boolean> {
  if (isSameNumber(there, identity)) return true
  await using copy = await host.openFile(to)
  return copy.size() === length
}

/** The file has both names. */
async function endUnderOneName(
  host: RelocatingHost,
  { from, to }: Names,
  { whilePlaced }: SettleRelocationOptions,
): Promise<SettledRelocation> {
  await using file = await holdToMove(host, from)
  if ((await host.countNames(from)) < 2) {
    // Two spellings of one name, where capitals do not count.
    const isRenamed = (await host.namesIn(host.paths.folderOf(to))).includes(nameOf(host, to))
    await (isRenamed ? whilePlaced.apply() : whilePlaced.revert())
    return isRenamed
      ? { kind: 'finished', identity: identityOf(file) ?? '' }
      : { kind: 'taken-back' }
  }
  // Awaited here: it is held until that has ended.
  return await forwardsOrBack(host, file, { from, to }, whilePlaced)
}

/** There is a file under each name: ours and its copy, or somebody else's. */
async function endWithOneFile(
  host: RelocatingHost,
  { from, to }: Names,
  { whilePlaced, ...context }: SettleRelocationOptions,
): Promise<SettledRelocation> {
  await using file = await holdToMove(host, from)
  await using copy = await holdToMove(host, to)
  const isOurs = file.identity !== undefined && isSameNumber(file.identity, context.identity)
  if (!isOurs || !(await isEqual(host, file, copy, context))) return { kind: 'two-files' }
  await mustBeNamed(host, copy, to)
  const settled = await forwardsOrBack(host, file, { from, to }, whilePlaced)
  return settled.kind === 'finished'
    ? { kind: 'finished', identity: identityOf(copy) ?? '' }
    : settled
}

async function forwardsOrBack(
  host: RelocatingHost,
  file: BlockFile,
  { from, to }: Names,
  whilePlaced: WhilePlaced,
): Promise<SettledRelocation> {
  try {
    await whilePlaced.apply()
  } catch {
    // Where that fails, too, both names stay: what names either of them finds it.
    await whilePlaced.revert()
    await removeNew(host, from, to)
    return { kind: 'taken-back' }
  }
  await finishMove(
    host,
    file,
    { from, to },
    { apply: () => Promise.resolve(), revert: () => whilePlaced.revert() },
  )
  return { kind: 'finished', identity: identityOf(file) ?? '' }
}

async function isEqual(
  host: RelocatingHost,
  one: BlockFile,
  other: BlockFile,
  context: OperationContext,
): Promise<boolean> {
  if (one.size() !== other.size()) return false
  const proof = proofDigestFor(one.size(), [extentOf(one)])
  const digest = (of: BlockFile): Promise<string> =>
    digestOf(fileSource(of), proofHasher(host, proof), context)
  return (await digest(one)) === (await digest(other))
}

/** undefined: nothing has that name. */
async function identityAt(host: RelocatingHost, path: string): Promise<FileIdentity | undefined> {
  try {
    await using file = await host.openFile(path)
    return file.identity
  } catch (error) {
    if (error instanceof ImageError && error.kind === 'not-found') return undefined
    throw error
  }
}

const nameOf = ({ paths }: RelocatingHost, path: string): string =>
  path.slice(paths.folderOf(path).length).replace(/^[\\/]/, '')

const isSame = (one: FileIdentity, other: FileIdentity): boolean =>
  one.device === other.device && one.inode === other.inode

const numbersOf = (identity: FileIdentity): string => identityOf({ identity }) ?? ''

/** The number of a volume may be another one since it was mounted again. */
const isSameNumber = ({ inode }: FileIdentity, then: string): boolean =>
  String(inode) === then.split(':')[1]
