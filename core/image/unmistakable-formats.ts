import type { FormatName } from '../operations/image-info.ts'

const unmistakable: ReadonlySet<FormatName | undefined> = new Set<FormatName>([
  'qcow2',
  'qcow1',
  'qed',
  'vmdk',
  'vdi',
  'vhd',
  'vhdx',
])

/**
 * Whether only disk images have this format: then a file is one whatever its name. Raw, ISO, packed and
 * LUKS files need a telling name.
 */
export const isUnmistakable = (format: FormatName | undefined): boolean => unmistakable.has(format)
