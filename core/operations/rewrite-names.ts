import type { ExchangingEnvironment } from '../image/environment.ts'

/** Characters of the image's name that are kept; file systems allow 255 bytes. */
const KEPT = 55
const RANDOM_DIGITS = 12

/**
 * The name of a file that is to take the place of the image at `path`: beside it, hidden, and nobody's but
 * ours, so that what a killed process leaves behind can be told from everything else.
 */
export function nameAside(host: Pick<ExchangingEnvironment, 'paths'>, path: string): string {
  const words = globalThis.crypto.getRandomValues(new Uint8Array(RANDOM_DIGITS / 2))
  const random = Array.from(words, (byte) => byte.toString(16).padStart(2, '0')).join('')
  const folder = host.paths.folderOf(path)
  return host.paths.resolve(folder, `${prefixOf(path, folder)}${random}`)
}

/**
 * Paths of files that rewritings of the image at `path` were killed over: none of them is anything that
 * somebody needs. One that is being written now is among them, and held by who writes it.
 */
export async function leftoversOf(
  host: Pick<ExchangingEnvironment, 'paths' | 'namesIn'>,
  path: string,
): Promise<readonly string[]> {
  const folder = host.paths.folderOf(path)
  const prefix = prefixOf(path, folder)
  const paths: string[] = []
  for (const name of await host.namesIn(folder)) {
    if (isOurs(name, prefix)) paths.push(host.paths.resolve(folder, name))
  }
  return paths
}

/** Whether a rewriting of the image at `path` would take a file of that name for a leftover. */
export function isNamedAside(
  host: Pick<ExchangingEnvironment, 'paths'>,
  path: string,
  other: string,
) {
  const folder = host.paths.folderOf(path)
  const prefix = prefixOf(path, folder)
  return host.paths.folderOf(other) === folder && isOurs(nameIn(folder, other), prefix)
}

const isOurs = (name: string, prefix: string): boolean =>
  name.startsWith(prefix) &&
  name.length === prefix.length + RANDOM_DIGITS &&
  /^[0-9a-f]*$/.test(name.slice(prefix.length))

const nameIn = (folder: string, path: string): string =>
  path.slice(folder.length).replace(/^[\\/]/, '')

/** By code points, so that no character is cut in two. */
function prefixOf(path: string, folder: string): string {
  return `.${Array.from(nameIn(folder, path)).slice(0, KEPT).join('')}.platter-`
}
