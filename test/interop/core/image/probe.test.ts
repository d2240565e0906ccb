import { expect, test } from 'vitest'
import { probeFile } from '../../../../core/image/probe.ts'
import { NodeFile } from '../../../../core/io/node-file.ts'
import { qemuImg } from '../../../helpers/qemu.ts'
import { tempFolder } from '../../../helpers/temp-folder.ts'

const mebibytes = 8
const virtualSize = mebibytes * 1024 * 1024

interface Made {
  readonly driver: string
  readonly options?: string
  readonly format: string
  readonly label: string
  readonly size?: number | undefined
  /** The file to look at when it is not the one that was named. */
  readonly suffix?: string
}

const made: readonly Made[] = [
  { driver: 'qcow2', format: 'qcow2', label: 'qcow2 v3' },
  { driver: 'qcow2', options: 'compat=0.10', format: 'qcow2', label: 'qcow2 v2' },
  { driver: 'qcow', format: 'qcow1', label: 'qcow1' },
  { driver: 'qed', format: 'qed', label: 'QED' },
  { driver: 'vdi', format: 'vdi', label: 'VDI (dynamic)' },
  { driver: 'vdi', options: 'static=on', format: 'vdi', label: 'VDI (fixed)' },
  {
    driver: 'vpc',
    options: 'force_size=on',
    format: 'vhd',
    label: 'VHD (dynamic)',
  },
  {
    driver: 'vpc',
    options: 'subformat=fixed,force_size=on',
    format: 'vhd',
    label: 'VHD (fixed)',
  },
  { driver: 'vhdx', format: 'vhdx', label: 'VHDX', size: undefined },
  ...[
    ['monolithicSparse', 'VMDK (sparse)'],
    ['streamOptimized', 'VMDK (stream optimized)'],
    ['monolithicFlat', 'VMDK (flat)'],
    ['twoGbMaxExtentSparse', 'VMDK (sparse, split)'],
    ['twoGbMaxExtentFlat', 'VMDK (flat, split)'],
  ].map(([subformat, label = '']) => ({
    driver: 'vmdk',
    options: `subformat=${subformat}`,
    format: 'vmdk',
    label,
  })),
  {
    driver: 'vmdk',
    options: 'subformat=twoGbMaxExtentSparse',
    suffix: '-s001',
    format: 'vmdk',
    label: 'VMDK (sparse)',
  },
]

test.each(made)(
  'QEMU\'s $driver image with "$options" is $label',
  async ({ driver, options, format, label, suffix = '', ...rest }) => {
    await using folder = await tempFolder()
    const ending = driver === 'vmdk' ? '.vmdk' : '.img'
    await qemuImg(
      'create',
      '-q',
      '-f',
      driver,
      ...(options === undefined ? [] : ['-o', options]),
      folder.file(`disk${ending}`),
      `${mebibytes}M`,
    )
    await using file = NodeFile.open(folder.file(`disk${suffix}${ending}`))
    expect(probeFile(file)).toEqual({
      kind: 'known',
      format,
      label,
      virtualSize: 'size' in rest ? rest.size : virtualSize,
    })
  },
)
