import { describe, expect, it, test } from 'vitest'
import { assertConsistent } from '../../../../core/device/assert-consistent.ts'
import { COPIED_HIGH } from '../../../../core/qcow2/format/l1-entry.ts'
import { readHeaderArea } from '../../../../core/qcow2/header-file.ts'
import { EditableTables } from '../../../../core/qcow2/tables/editable-tables.ts'
import { MemoryFile } from '../../../../core/storage/memory-file.ts'
import { hostOffset, type HostOffset } from '../../../../core/units.ts'
import { Qcow2Builder } from '../../../helpers/qcow2-builder.ts'

const clusterSize = 512

function smallImage(build: (builder: Qcow2Builder) => unknown = () => undefined) {
  const builder = new Qcow2Builder({ clusterBits: 9, virtualSize: 2 ** 24 })
  build(builder)
  const file = new MemoryFile(builder.bytes)
  return EditableTables.open(file, readHeaderArea(file))
}

const entryOf = (offset: HostOffset) => ({ high: COPIED_HIGH, low: offset, alloc: 0, zeroes: 0 })

async function map(tables: EditableTables, first: number, count: number): Promise<void> {
  for (let done = 0; done < count;) {
    const run = tables.reserve(count - done)
    await tables.writeData(new Uint8Array(run.clusters * clusterSize), run.offset, 'data')
    for (let index = 0; index < run.clusters; index++) {
      tables.setEntry(first + done + index, entryOf(hostOffset(run.offset + index * clusterSize)))
    }
    done += run.clusters
  }
}

function unmap(tables: EditableTables, cluster: number): void {
  const entry = { high: 0, low: 0, alloc: 0, zeroes: 0 }
  tables.entry(cluster, entry)
  tables.setEntry(cluster, { high: 0, low: 0, alloc: 0, zeroes: 0 })
  tables.unreference({ offset: hostOffset(entry.low), clusters: 1 })
}

describe('the consistency of tables in memory', () => {
  it('holds for changes that no commit has saved yet', async () => {
    const tables = smallImage((builder) => builder.data(0, 1).data(1, 2).zeroPlain(70))
    await map(tables, 64, 80)
    unmap(tables, 1)
    unmap(tables, 65)
    await expect(assertConsistent(tables, undefined)).resolves.toBeUndefined()
    await tables.commit()
    await expect(assertConsistent(tables, undefined)).resolves.toBeUndefined()
  })

  it('holds while refcount blocks and their table have new places that the header does not know', async () => {
    const tables = smallImage()
    const before = tables.area.header.refcountTableOffset
    await map(tables, 0, 20_000)
    expect(tables.area.header.refcountTableOffset).not.toBe(before)
    await expect(assertConsistent(tables, undefined)).resolves.toBeUndefined()
  })

  it('holds for L2 tables that were copied from a snapshot', async () => {
    const tables = smallImage((builder) =>
      builder.data(0, 1).data(64, 2).snapshot({ id: '1', name: 'before' }),
    )
    await map(tables, 1, 3)
    await expect(assertConsistent(tables, undefined)).resolves.toBeUndefined()
  })

  test.each([
    [
      'a cluster that is lost',
      (tables: EditableTables) => void tables.reserve(1),
      /0 corruptions, 1 leaks/,
    ],
    [
      'a cluster that two guest clusters share',
      (tables: EditableTables) => {
        const entry = { high: 0, low: 0, alloc: 0, zeroes: 0 }
        tables.entry(64, entry)
        tables.setEntry(65, entry)
      },
      /1 corruptions|2 corruptions/,
    ],
    [
      'a cluster that is used and free',
      (tables: EditableTables) => {
        const entry = { high: 0, low: 0, alloc: 0, zeroes: 0 }
        tables.entry(64, entry)
        tables.unreserve({ offset: hostOffset(entry.low), clusters: 1 })
      },
      /corruptions/,
    ],
  ])('does not hold with %s', async (_, breakIt, words) => {
    const tables = smallImage()
    await map(tables, 64, 2)
    unmap(tables, 65)
    await tables.commit()
    breakIt(tables)
    await expect(assertConsistent(tables, undefined)).rejects.toThrow(words)
  })
})
