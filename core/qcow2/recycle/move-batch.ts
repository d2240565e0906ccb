import { BoundedTasks } from '../../base/bounded-tasks.ts'
import { hostOffset } from '../../units.ts'
import type { EditableTables } from '../tables/editable-tables.ts'
import type { Holdings } from './holdings.ts'
import type { Move } from './move.ts'
import type { Moves } from './moves.ts'

/** Neighbours that move to neighbours are read and written together, up to this many bytes. */
const CHUNK_BYTES = 1024 * 1024
/** Few, for the guest's own reads and writes come first. */
const DEPTH = 2

/**
 * Copies the content of moves to their targets, while the guest goes on. A move that is cancelled on the
 * way is left where it is. `mayGoOn` is asked before each chunk and throws to end it; whatever ends it, no
 * content is on the way any more when it has.
 */
export async function copyBatch(
  batch: readonly Move[],
  { tables, holdings }: { readonly tables: EditableTables; readonly holdings: Holdings },
  mayGoOn: () => Promise<void>,
): Promise<void> {
  const tasks = new BoundedTasks(DEPTH)
  const { moves } = holdings
  try {
    for (const chunk of chunksOf(batch, tables.geometry.clusterSize)) {
      await mayGoOn()
      await tasks.add(() => holdings.transfers.run(() => copyChunk(chunk, tables, moves)))
    }
  } catch (error) {
    await tasks.settled()
    throw error
  }
  await tasks.finish()
}

function* chunksOf(batch: readonly Move[], clusterSize: number): Generator<readonly Move[]> {
  const longest = Math.max(1, Math.floor(CHUNK_BYTES / clusterSize))
  let chunk: Move[] = []
  for (const move of batch) {
    const last = chunk.at(-1)
    const follows =
      last !== undefined &&
      chunk.length < longest &&
      move.source === last.source + 1 &&
      move.target === last.target + 1
    if (!follows && last !== undefined) {
      yield chunk
      chunk = []
    }
    chunk.push(move)
  }
  if (chunk.length > 0) yield chunk
}

async function copyChunk(
  chunk: readonly Move[],
  tables: EditableTables,
  moves: Moves,
): Promise<void> {
  const { clusterSize } = tables.geometry
  for (let rest = chunk; ;) {
    // Anew before each piece: the target of one that was cancelled has another owner already, perhaps.
    rest = rest.filter(({ state }) => state === 'copying')
    const [piece] = chunksOf(rest, clusterSize)
    if (piece === undefined) return
    await copyPiece(piece, tables, moves)
    rest = rest.slice(piece.length)
  }
}

/** Copies moves that nobody cancelled so far. */
async function copyPiece(
  piece: readonly Move[],
  tables: EditableTables,
  moves: Moves,
): Promise<void> {
  const isWanted = () => piece.some(({ state }) => state === 'copying')
  const [first] = piece
  if (first === undefined) return
  const { clusterSize } = tables.geometry
  for (const move of piece) move.isInFlight = true
  try {
    const content = new Uint8Array(piece.length * clusterSize)
    await tables.file.read(content, first.source * clusterSize, 'data')
    if (!isWanted()) return
    await tables.writeData(content, hostOffset(first.target * clusterSize), 'data')
  } finally {
    for (const move of piece) move.isInFlight = false
  }
  for (const move of piece) moves.copied(move)
}
