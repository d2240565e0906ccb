import { ImageError } from '../errors/image-error.ts'
import type { ExchangingEnvironment } from '../image/environment.ts'
import type { FileIdentity } from '../storage/block-file.ts'
import { isNamedAside } from './rewrite-names.ts'

/** The file that a new one is to replace. */
export interface ExchangeTarget {
  /** With every symbolic link followed. */
  readonly path: string
  /** Another name for the old file; undefined: it goes with its last name. */
  readonly keptAs: string | undefined
}

/**
 * Looks whether a new file can take the place of the one at `path`: this name has to be its only one, for
 * others would go on showing the old file, and nobody may have the name it is to be kept under (in the folder
 * of the image unless it is a path). The second name that an exchange which was cut off gave it counts as
 * kept. Throws `rewrite-has-names`, `file-exists` or `invalid-argument`, and what following links throws.
 */
export async function exchangeTarget(
  host: ExchangingEnvironment,
  path: string,
  keepOriginalAs: string | undefined,
): Promise<ExchangeTarget> {
  const target = await host.paths.real(path)
  const keptAs =
    keepOriginalAs === undefined
      ? undefined
      : host.paths.resolve(host.paths.folderOf(target), keepOriginalAs)
  if (keptAs !== undefined && isNamedAside(host, target, keptAs)) throw wouldBeRemoved(path, keptAs)
  const isKept = keptAs !== undefined && (await isKeptAs(host, target, keptAs))
  const found = await host.countNames(target)
  if (found > (isKept ? 2 : 1)) throw new ImageError('rewrite-has-names', { path, found })
  return { path: target, keptAs }
}

/**
 * Whether the file at `path`, which no symbolic link is part of, has that other name already. Throws
 * `file-exists` when another one has it, and for what only leads to the name that the file is to lose.
 */
export async function isKeptAs(
  host: ExchangingEnvironment,
  path: string,
  keptAs: string,
): Promise<boolean> {
  const other = await identityAt(host, keptAs)
  if (other === undefined) return false
  const own = await identityAt(host, path)
  const isSame = own?.device === other.device && own.inode === other.inode
  // A symbolic link, another spelling or the very same name: nothing would be kept by it.
  const isName = (await host.paths.real(keptAs)) !== path && (await host.countNames(path)) > 1
  if (isSame && isName) return true
  throw new ImageError('file-exists', { path: keptAs })
}

/** undefined when nothing is there. */
async function identityAt(
  host: ExchangingEnvironment,
  path: string,
): Promise<FileIdentity | undefined> {
  try {
    await using file = await host.openFile(path)
    return file.identity
  } catch (error) {
    if (error instanceof ImageError && error.reason === 'file-missing') return undefined
    // Something is there, whatever it is.
    if (error instanceof ImageError) throw new ImageError('file-exists', { path }, { cause: error })
    throw error
  }
}

/** Under such a name the next rewriting would take it for what a killed one left. */
const wouldBeRemoved = (path: string, keptAs: string) =>
  new ImageError('invalid-argument', {
    path,
    field: 'The name for the old file',
    expected: 'a name that is not like those of unfinished files',
    found: keptAs,
  })
