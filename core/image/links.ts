import { printable } from '../base/text.ts'
import { ImageError } from '../errors/image-error.ts'
import type { Environment, Paths } from './environment.ts'
import type { ImageLink, LinkPolicy, LinkRole } from './open-gate.ts'

/** What the gate says about one name. `path` is absolute, and missing for names that are no path. */
export type LinkVerdict =
  | { readonly kind: 'open'; readonly path: string }
  | {
      readonly kind: 'closed'
      readonly state: 'refused' | 'missing' | 'not-a-path' | 'unreadable'
      readonly path: string | undefined
      readonly error: ImageError
    }

export interface NamedLink {
  readonly role: LinkRole
  /** As written in the image. */
  readonly name: string
  /** Absolute path of the image that names it. */
  readonly from: string
}

export type LocatedLink =
  /** `json:` descriptions, URLs and other protocol names. Shown, never opened. */
  | { readonly kind: 'not-a-path'; readonly name: string }
  | { readonly kind: 'path'; readonly link: ImageLink; readonly exists: boolean }

/** Where a link points. Asks the file system for names only: nothing is opened. */
export async function locateLink(
  { paths }: Pick<Environment, 'paths'>,
  { role, name, from }: NamedLink,
): Promise<LocatedLink> {
  const shown = printable(name)
  if (!isPlainPath(name)) return { kind: 'not-a-path', name: shown }
  const folder = paths.folderOf(from)
  const target = paths.resolve(folder, name)
  const exists = (await realPath(paths, target)) !== 'missing'
  const inFolder = await liesInFolder(paths, target, folder)
  return { kind: 'path', link: { role, name: shown, from, target, inFolder }, exists }
}

/** Whether the policy lets a link be opened. */
export async function mayOpen(
  { paths }: Pick<Environment, 'paths'>,
  policy: LinkPolicy,
  link: ImageLink,
): Promise<boolean> {
  if (typeof policy === 'function') return await policy(link)
  if (typeof policy === 'string') {
    return policy === 'allow' || (policy === 'same-folder' && link.inFolder)
  }
  for (const folder of policy.within) {
    if (await liesInFolder(paths, link.target, folder)) return true
  }
  return false
}

/**
 * The gate: what an image names is opened only when this says so. Names that are no plain path are never
 * opened, under any policy (QEMU's `json:` and protocol names reach host files and the network).
 */
export async function judgeLink(
  environment: Pick<Environment, 'paths'>,
  named: NamedLink,
  policy: LinkPolicy,
): Promise<LinkVerdict> {
  const facts = { path: named.from, link: printable(named.name), structure: named.role }
  const located = await locateLink(environment, named)
  if (located.kind === 'not-a-path') {
    const error = new ImageError('link-not-a-path', facts)
    return { kind: 'closed', state: 'not-a-path', path: undefined, error }
  }
  const { link, exists } = located
  const path = link.target
  try {
    // Asked first: a refused name must not even tell whether there is such a file.
    if (!(await mayOpen(environment, policy, link))) {
      const error = new ImageError('link-refused', facts)
      return { kind: 'closed', state: 'refused', path, error }
    }
  } catch (error) {
    return { kind: 'closed', path, ...whyClosed(error, facts) }
  }
  if (exists) return { kind: 'open', path }
  const error = new ImageError('link-missing', facts)
  return { kind: 'closed', state: 'missing', path, error }
}

/** A link that passed the gate and still could not be opened. */
export function whyClosed(
  thrown: unknown,
  facts: { readonly path: string; readonly link: string; readonly structure: string },
): { readonly state: 'missing' | 'unreadable'; readonly error: ImageError } {
  const error = ImageError.from(thrown, facts)
  // Being told to stop is an answer about the work, not about the link.
  if (error.kind === 'cancelled') throw error
  if (error.reason !== 'file-missing') return { state: 'unreadable', error }
  return { state: 'missing', error: new ImageError('link-missing', facts, { cause: error }) }
}

/** With every symbolic link followed on both sides: a link inside the folder may point anywhere. */
async function liesInFolder(paths: Paths, target: string, folder: string): Promise<boolean> {
  const real = await realPath(paths, target)
  if (real === 'missing') return paths.isWithin(target, folder)
  const realFolder = await realPath(paths, folder)
  // Where the system does not tell, nothing is taken for safe.
  if (typeof real === 'string' || typeof realFolder === 'string') return false
  return paths.isWithin(real.path, realFolder.path)
}

async function realPath(
  paths: Paths,
  path: string,
): Promise<{ readonly path: string } | 'missing' | 'untold'> {
  try {
    return { path: await paths.real(path) }
  } catch (error) {
    return error instanceof ImageError && isNowhere(error) ? 'missing' : 'untold'
  }
}

/** No file can have a name that is too long for the system; an image may write 1,023 bytes. */
const isNowhere = ({ reason, context }: ImageError): boolean =>
  reason === 'file-missing' || context.errno === 'ENAMETOOLONG'

/**
 * Whether a name can only be a path. QEMU takes everything before a colon for a protocol unless a slash
 * comes first (path_has_protocol), so `file:`, `json:` and `nbd://` are none; a Windows drive is one.
 */
function isPlainPath(name: string): boolean {
  // U+FFFD stands for bytes that were no UTF-8: by this name another file would be opened.
  if (name === '' || /[\0\ufffd]/.test(name)) return false
  if (/^[A-Za-z]:[\\/]/.test(name)) return true
  return !/^[^/\\]*:/.test(name)
}
