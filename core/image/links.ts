import { printable } from '../base/text.ts'
import { ImageError } from '../errors/image-error.ts'
import type { Environment, Paths } from './environment.ts'
import type { ImageLink, LinkPolicy, LinkRole } from './open-gate.ts'

/** A name found inside an image, and the file that names it. */
export interface NamedLink {
  readonly role: LinkRole
  /** As written. */
  readonly name: string
  /** Absolute path of the image that holds the name. */
  readonly from: string
}

export type LocatedLink =
  /** `json:` descriptions, URLs and other things QEMU takes for a protocol. Shown, never opened. */
  | { readonly kind: 'not-a-path'; readonly name: string }
  | { readonly kind: 'path'; readonly link: ImageLink; readonly exists: boolean }

/** Where a link points. Looks at the file system for names only: nothing is opened. */
export async function locateLink(
  { paths }: Pick<Environment, 'paths'>,
  { role, name, from }: NamedLink,
): Promise<LocatedLink> {
  const shown = printable(name)
  if (!isPath(name)) return { kind: 'not-a-path', name: shown }
  const folder = paths.folderOf(from)
  const target = paths.resolve(folder, name)
  const exists = (await realPath(paths, target)) !== 'missing'
  const inFolder = await isInFolder(paths, target, folder)
  return { kind: 'path', link: { role, name: shown, from, target, inFolder }, exists }
}

/** Symbolic links are followed on both sides before "in the folder" is judged: a link is a way out. */
async function isInFolder(paths: Paths, target: string, folder: string): Promise<boolean> {
  const real = await realPath(paths, target)
  if (real === 'missing') return paths.isWithin(target, folder)
  const realFolder = await realPath(paths, folder)
  // Where the system does not tell, nothing is taken for safe.
  if (typeof real === 'string' || typeof realFolder === 'string') return false
  return paths.isWithin(real.path, realFolder.path)
}

/** Whether the policy lets the link be opened. */
export async function mayOpen(policy: LinkPolicy, link: ImageLink): Promise<boolean> {
  if (typeof policy === 'function') return await policy(link)
  return policy === 'allow' || (policy === 'same-folder' && link.inFolder)
}

/**
 * QEMU's own test (`path_has_protocol`): a colon before any slash makes a protocol. A drive letter of
 * Windows is none; a NUL would cut the path on its way to the system.
 */
function isPath(name: string): boolean {
  if (name.includes('\0')) return false
  return !/^[^:/\\]*:/.test(name) || /^[a-z]:[\\/]/i.test(name)
}

async function realPath(
  paths: Paths,
  path: string,
): Promise<{ readonly path: string } | 'missing' | 'untold'> {
  try {
    return { path: await paths.real(path) }
  } catch (error) {
    return error instanceof ImageError && error.reason === 'file-missing' ? 'missing' : 'untold'
  }
}
