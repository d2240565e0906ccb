import path from 'node:path'

/** The folders that these files lie in, and those above: a machine often has a folder of its own for its disks. */
export function foldersAround(images: Iterable<{ readonly path: string }>): readonly string[] {
  const folders = new Set<string>()
  for (const image of images) {
    const folder = path.dirname(image.path)
    folders.add(folder)
    folders.add(path.dirname(folder))
  }
  return [...folders]
}
