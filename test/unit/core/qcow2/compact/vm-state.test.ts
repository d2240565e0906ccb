import { expect, test } from 'vitest'
import { compactInPlace } from '../../../../../core/qcow2/compact/compact-in-place.ts'
import { entryOffset } from '../../../../../core/qcow2/format/l1-entry.ts'
import { readHeaderArea } from '../../../../../core/qcow2/header-file.ts'
import { readSnapshots } from '../../../../../core/qcow2/snapshots.ts'
import { readWordTable } from '../../../../../core/qcow2/word-table.ts'
import { MemoryFile } from '../../../../../core/storage/memory-file.ts'
import { findingsOf } from '../../../../helpers/findings.ts'
import { Qcow2Builder } from '../../../../helpers/qcow2-builder.ts'

const clusterSize = 512

/** A snapshot with a VM state: its L1 table goes on behind the disk, as QEMU has it. */
function withVmState(): MemoryFile {
  const image = new Qcow2Builder({ clusterBits: 9, virtualSize: 64 * clusterSize })
  image.leak(6).data(0).data(1).snapshot({ id: '1', name: 'running' }).leak(2).build()
  const l1At = Number(image.bytes.readBigUInt64BE(image.snapshotTableOffset))
  // The two leaked clusters behind the snapshot's L1 table: an L2 table and the state.
  const table = l1At + clusterSize
  const state = table + clusterSize
  image.bytes.writeUInt32BE(2, image.snapshotTableOffset + 8)
  image.word(l1At + 8, () => BigInt(table))
  image.word(table + 5 * 8, () => BigInt(state))
  image.put(state, Buffer.alloc(clusterSize, 0x5a))
  return new MemoryFile(image.bytes)
}

function stateOf(file: MemoryFile): { readonly at: number; readonly bytes: Uint8Array } {
  const [snapshot] = readSnapshots(file, readHeaderArea(file).header)
  const follow = (at: number): number => {
    const [low = 0, high = 0] = readWordTable(file, { at, entries: 1, tag: 'l2-table' })
    return entryOffset(high, low)
  }
  const at = follow(follow((snapshot?.l1TableOffset ?? 0) + 8) + 5 * 8)
  const bytes = new Uint8Array(clusterSize)
  file.readNow(bytes, at)
  return { at, bytes }
}

test('The VM state of a snapshot moves with its tables', async () => {
  const file = withVmState()
  const before = stateOf(file)
  expect(before.bytes.every((byte) => byte === 0x5a)).toBe(true)
  await compactInPlace(file, readHeaderArea(file))
  const after = stateOf(file)
  expect(after.at).toBeLessThan(before.at)
  expect(after.bytes).toEqual(before.bytes)
  expect(await findingsOf(file)).toEqual([])
})
