import { describe, expect, it } from 'vitest'
import { readHeaderArea } from '../../../../../core/qcow2/header-file.ts'
import { Holdings } from '../../../../../core/qcow2/recycle/holdings.ts'
import { copyBatch } from '../../../../../core/qcow2/recycle/move-batch.ts'
import { EditableTables } from '../../../../../core/qcow2/tables/editable-tables.ts'
import type { EntryWords } from '../../../../../core/qcow2/tables/image-tables.ts'
import { MemoryFile } from '../../../../../core/storage/memory-file.ts'
import { hostOffset } from '../../../../../core/units.ts'
import { filled } from '../../../../helpers/devices.ts'
import { Qcow2Builder } from '../../../../helpers/qcow2-builder.ts'

const K = 4096

/** Guest clusters 0 to 7 at host clusters 4 to 11 but for the L2 table at 5; the first three are free. */
function holdingsOf() {
  const builder = new Qcow2Builder({ clusterBits: 12, virtualSize: 8 * K })
  for (let cluster = 0; cluster < 8; cluster++) builder.data(cluster, cluster + 1)
  const places = Array.from({ length: 8 }, (_, guest) => builder.hostClusterOf(guest))
  for (const guest of [0, 1, 2]) {
    builder.setRefcount(places[guest] ?? 0, 0n).l2Entry(guest, () => 0n)
  }
  const file = new MemoryFile(builder.bytes)
  const tables = EditableTables.open(file, readHeaderArea(file))
  const holdings = new Holdings(tables, {
    asserts: true,
    discards: () => false,
    onChange: () => {},
    onLost: (cause) => {
      throw cause
    },
    onClosing: () => {},
  })
  const place = (guest: number) => places[guest] ?? 0
  const entryPlace = (guest: number) => {
    const words: EntryWords = { high: 0, low: 0, alloc: 0, zeroes: 0 }
    tables.entry(guest, words)
    return words.low / K
  }
  return { file, tables, holdings, moves: holdings.moves, map: holdings.map, place, entryPlace }
}

const always = async () => {}
const untouched = () => true

describe('moves', () => {
  it('lead to the copy once that is durable, and leave the old place with the commit', async () => {
    const made = holdingsOf()
    const { tables, holdings, moves, map, place, entryPlace } = made
    const [source, target] = [place(7), place(0)]
    const move = moves.plan(7, source, target)
    expect(map.standing(target)).toBe('copies')
    moves.reference(untouched)
    await copyBatch([move], { tables, holdings }, always)
    expect(move.state).toBe('copied')
    moves.reference(untouched)
    expect(entryPlace(7)).toBe(source)
    tables.flushing()()
    expect(move.state).toBe('flushed')
    moves.reference(() => false)
    expect(entryPlace(7)).toBe(source)
    moves.reference(untouched)
    expect([move.state, entryPlace(7)]).toEqual(['referenced', target])
    expect([map.standing(target), map.standing(source)]).toEqual(['used', 'pendingFree'])
    await tables.commit()
    expect([move.state, map.standing(source)]).toEqual(['done', 'junk'])
  })

  it('are durable only by a flush that began when all of the copy was there', async () => {
    const { tables, holdings, moves, place } = holdingsOf()
    const early = tables.flushing()
    const move = moves.plan(7, place(7), place(0))
    const meanwhile = tables.flushing()
    await copyBatch([move], { tables, holdings }, always)
    early()
    meanwhile()
    expect(move.state).toBe('copied')
    tables.flushing()()
    expect(move.state).toBe('flushed')
  })

  it('that are cancelled before their turn leave their target to whoever has it then', async () => {
    const { file, tables, holdings, moves, map, place } = holdingsOf()
    const first = place(1)
    // Neighbours that move to neighbours: one read, one write.
    const batch = [moves.plan(6, place(6), first), moves.plan(7, place(7), first + 1)]
    holdings.changing(7 * K, 8 * K)
    expect(map.standing(first + 1)).toBe('junk')
    tables.hold(first + 1)
    await tables.writeData(filled(K, 0xee), hostOffset((first + 1) * K), 'data')
    await copyBatch(batch, { tables, holdings }, always)
    const written = new Uint8Array(2 * K)
    file.readNow(written, first * K)
    expect([written[0], written[K - 1], written[K], written[2 * K - 1]]).toEqual([7, 7, 0xee, 0xee])
    expect(batch.map(({ state }) => state)).toEqual(['copied', 'cancelled'])
  })

  it('are cancelled in a range, wherever it begins and however long it is', () => {
    const { holdings, moves, place } = holdingsOf()
    const near = moves.plan(5, place(5), place(0))
    const far = moves.plan(7, place(7), place(1))
    holdings.changing(0, 5 * K)
    holdings.changing(6 * K, 7 * K)
    expect([near.state, far.state]).toEqual(['copying', 'copying'])
    holdings.changing(7 * K, 1000 * K)
    expect([near.state, far.state]).toEqual(['copying', 'cancelled'])
    holdings.changing(5 * K, 6 * K)
    expect(near.state).toBe('cancelled')
    expect(moves.held).toBe(0)
  })

  it('cannot begin twice for one guest cluster', () => {
    const { moves, place } = holdingsOf()
    moves.plan(7, place(7), place(0))
    expect(() => moves.plan(7, place(7), place(1))).toThrow('guest cluster 7 moves already')
  })
})
