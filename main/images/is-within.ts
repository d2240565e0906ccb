import path from 'node:path'

/** Whether `file` is `folder` itself or lies below it. Both absolute and real; nothing is followed. */
export function isWithin(file: string, folder: string): boolean {
  if (file === folder) return true
  const prefix = folder.endsWith(path.sep) ? folder : folder + path.sep
  return file.startsWith(prefix)
}
