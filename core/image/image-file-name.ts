/** Names under which people keep raw disks; `.bin` is firmware as often as a disk, so it needs a signature. */
const rawEndings = ['raw', 'img', 'dd'] as const

const imageEndings: ReadonlySet<string> = new Set([
  ...rawEndings,
  'qcow2',
  'qcow',
  'qed',
  'vmdk',
  'vdi',
  'vhd',
  'vhdx',
  'avhd',
  'avhdx',
  'vpc',
  'iso',
  'luks',
])

/** Packed images are recognised and named, not opened: `disk.img.gz`. */
const packedEndings: ReadonlySet<string> = new Set(['gz'])

/** Whether a folder scan should look at a file of this name (without its folder). */
export function isImageFileName(name: string): boolean {
  const [last, inner] = endingsOf(name)
  if (last === undefined) return false
  if (packedEndings.has(last)) return inner !== undefined && imageEndings.has(inner)
  return imageEndings.has(last)
}

/** Whether the name itself says that the file is a raw disk. */
export const hasRawName = (name: string): boolean =>
  rawEndings.some((ending) => ending === endingsOf(name)[0])

/** The endings from the last inwards, lower case. A leading dot hides a file and starts no ending. */
const endingsOf = (name: string): readonly string[] =>
  name.replace(/^\.+/, '').toLowerCase().split('.').slice(1).toReversed()
