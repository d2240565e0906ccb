import {
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  fstatSync,
  futimesSync,
  openSync,
} from 'node:fs'
import { ImageError } from '../errors/image-error.ts'
import { extendedAttributes, type ExtendedAttributes } from './extended-attributes.ts'
import { fromSystemError } from './system-error.ts'

/** Labels of security modules that belong to a file whatever its bytes are; others are made of them. */
const labels = /^security\.(selinux|SMACK64.*)$/
const ownedByPeople = /^(user\.|system\.)/
const accessList = 'system.posix_acl_access'

/**
 * Gives one file the owner, group, mode, access list, extended attributes and times of another. Throws
 * `rewrite-attributes` with the first one that decides who may do what and cannot be given; what a security
 * module or the administrator's programs attached goes along where the system lets it. Windows keeps rights
 * in its own lists, which a new file takes from its folder.
 */
export function copyAttributes(from: string, to: string): void {
  withBothOpen(from, to, (source, target) => {
    copyRightsBetween(source, target, to)
    const { atimeMs, mtimeMs } = fstatSync(source)
    giving('times', to, () => futimesSync(target, atimeMs / 1000, mtimeMs / 1000))
  })
}

/** As `copyAttributes`, without the times. */
export function copyRights(from: string, to: string): void {
  withBothOpen(from, to, (source, target) => copyRightsBetween(source, target, to))
}

function withBothOpen(
  from: string,
  to: string,
  work: (source: number, target: number) => void,
): void {
  // Not through a link that somebody puts in its place.
  const neverFollow = constants.O_NOFOLLOW ?? 0
  try {
    withOpen(from, 0, (source) => {
      withOpen(to, neverFollow, (target) => work(source, target))
    })
  } catch (error) {
    throw fromSystemError(error, { path: to })
  }
}

function withOpen(path: string, extraFlags: number, work: (fd: number) => void): void {
  const fd = openSync(path, constants.O_RDONLY | extraFlags)
  try {
    work(fd)
  } finally {
    closeSync(fd)
  }
}

function copyRightsBetween(source: number, target: number, path: string): void {
  const wanted = fstatSync(source)
  const given = fstatSync(target)
  if (process.platform !== 'win32') {
    if (wanted.uid !== given.uid || wanted.gid !== given.gid) {
      giving('owner', path, () => fchownSync(target, wanted.uid, wanted.gid))
    }
    giving('mode', path, () => fchmodSync(target, wanted.mode & 0o7777))
  }
  const attributes = extendedAttributes()
  if (attributes !== undefined) copyExtended(attributes, { source, target, path })
}

function copyExtended(
  attributes: ExtendedAttributes,
  {
    source,
    target,
    path,
  }: { readonly source: number; readonly target: number; readonly path: string },
): void {
  const names = attributes.list(source)
  // A folder's default list is given to what is made in it.
  if (!names.includes(accessList) && attributes.list(target).includes(accessList)) {
    giving('access list', path, () => attributes.remove(target, accessList))
  }
  for (const name of names) {
    const value = attributes.get(source, name)
    if (ownedByPeople.test(name)) {
      giving(`attribute ${name}`, path, () => attributes.set(target, name, value))
    } else if (labels.test(name)) {
      tolerating(() => attributes.set(target, name, value))
    }
  }
}

function giving(field: string, path: string, give: () => void): void {
  try {
    give()
  } catch (cause) {
    const { errno } = fromSystemError(cause, {}).context
    const facts = errno === undefined ? {} : { errno }
    throw new ImageError('rewrite-attributes', { path, field, ...facts }, { cause })
  }
}

/** The system gave it a label of its own when it was made. */
function tolerating(give: () => void): void {
  try {
    give()
  } catch (error) {
    if (!(error instanceof Error && 'syscall' in error)) throw error
  }
}
