/** Names and places of files, as far as they can be judged without looking at a disk. */

/** What parts a path of this kind: a host's own, told by a path it gave. */
const separatorOf = (path: string): '/' | '\\' =>
  path.includes('\\') && !path.includes('/') ? '\\' : '/'

export function joinPath(folder: string, name: string): string {
  const separator = separatorOf(folder)
  return folder.endsWith(separator) ? `${folder}${name}` : `${folder}${separator}${name}`
}

/** ".qcow2"; empty where there is none. A name that begins with a dot has none by that. */
export function extensionOf(name: string): string {
  const dot = name.lastIndexOf('.')
  return dot <= 0 ? '' : name.slice(dot)
}

/** Where the part of a name ends that people mean to change. */
export const stemLength = (name: string): number => name.length - extensionOf(name).length

/** What file systems allow; some count characters, and those allow more. */
const longestName = 255

export type FileNameFault = 'empty' | 'same' | 'separator' | 'reserved' | 'too-long'

/** Undefined when a file that is called `old` may get this name. */
export function fileNameFault(name: string, old: string): FileNameFault | undefined {
  if (name.trim() === '') return 'empty'
  if (name === old) return 'same'
  if (/[\\/]/.test(name)) return 'separator'
  if (name === '.' || name === '..' || name.includes('\0')) return 'reserved'
  return new TextEncoder().encode(name).length > longestName ? 'too-long' : undefined
}

/**
 * How a backing file is named in an image: relative to the image's folder where it lies in it or below, so that both
 * can be moved together; else by its absolute path.
 */
export function backingName(imageFolder: string, backingPath: string): string {
  const separator = separatorOf(imageFolder)
  const folder = imageFolder.endsWith(separator) ? imageFolder : `${imageFolder}${separator}`
  return backingPath.startsWith(folder) ? backingPath.slice(folder.length) : backingPath
}

/** The name of a file by its path, whichever host wrote it. */
export const nameOf = (path: string): string => path.split(/[\\/]/).at(-1) ?? path
