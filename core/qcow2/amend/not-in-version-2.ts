import { bitsOf } from '../../base/word64.ts'
import type { BlockFile } from '../../storage/block-file.ts'
import { extensionTypes } from '../format/extensions.ts'
import { compatible, incompatible, namesOfFeatures } from '../format/features.ts'
import type { HeaderArea } from '../format/header-area.ts'
import { snapshotExtras } from '../format/snapshot-table.ts'
import { readSnapshots } from '../snapshots.ts'
import type { ZeroFlags } from './zero-flags.ts'

/** The largest VM state that the 32 bits of a version 2 snapshot can tell. */
const largestVmState = 0xffff_ffff

/**
 * What an image has that version 2 cannot express and that is not converted, in words; empty when there
 * is nothing. Refcount width, lazy refcounts and zero clusters are converted.
 */
export function notInVersion2(file: BlockFile, area: HeaderArea, zeroes: ZeroFlags): string[] {
  const { header, featureNames, extensions } = area
  const found = bitsOf(header.incompatibleFeatures)
    .filter((bit) => bit !== incompatible.dirty)
    .map((bit) => namesOfFeatures('incompatible', bitWord(bit), featureNames).join())
  const hints = bitsOf(header.compatibleFeatures)
    .filter((bit) => bit !== compatible.lazyRefcounts)
    .map((bit) => namesOfFeatures('compatible', bitWord(bit), featureNames).join())
  found.push(...hints)
  if (extensions.some(({ type }) => type === extensionTypes.bitmaps)) found.push('bitmaps')
  if (header.unknownFields.some((byte) => byte !== 0))
    found.push('header fields of a newer version')
  if (area.encryption !== 'none' && zeroes.plain + zeroes.allocated > 0) {
    found.push('zero clusters in an encrypted image')
  }
  for (const entry of readSnapshots(file, header)) {
    const { diskSize, vmStateSize } = snapshotExtras(entry)
    if (diskSize !== undefined && diskSize !== header.size) {
      found.push('snapshots of another disk size')
      break
    }
    if (vmStateSize > largestVmState) {
      found.push('snapshots with more than 4 GiB of VM state')
      break
    }
  }
  return found
}

const bitWord = (bit: number) =>
  bit < 32 ? { high: 0, low: 2 ** bit } : { high: 2 ** (bit - 32), low: 0 }
