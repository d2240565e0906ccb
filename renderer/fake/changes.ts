/** What made-up changes come to: the record of the job, and the row afterwards. */
import type { ChangeFact, ChangeRequest } from '../../ipc/schemas/change.ts'
import type { Job } from '../../ipc/schemas/job.ts'
import type { LibraryRow } from '../../ipc/schemas/library.ts'
import { unreachable } from '../unreachable.ts'

export interface MadeUpChange {
  readonly record: Pick<Job, 'result' | 'summary' | 'undo' | 'fileBefore' | 'fileAfter'>
  /** Undefined when the image has left the library. */
  readonly row: LibraryRow | undefined
}

const gib = 2 ** 30

export function madeUpChange(row: LibraryRow, request: ChangeRequest, at: number): MadeUpChange {
  const { parameters } = request
  switch (request.kind) {
    case 'repair':
      return done(row, 'Repaired: 37 leaked clusters freed', {
        undo: 'possible',
        facts: [
          { label: 'Corruptions repaired', count: 2 },
          { label: 'Leaked clusters freed', count: 37 },
          { label: 'Written', bytes: 12_288 },
        ],
        after: { ...row, health: 'not-checked', healthStale: false, modifiedAt: at },
      })
    case 'snapshot': {
      const action = String(parameters['action'])
      const count = row.snapshotCount ?? 0
      const more = action === 'create' ? 1 : action === 'delete' ? -1 : 0
      return done(row, `Snapshot “${String(parameters['name'])}”: ${action} done`, {
        undo: 'possible',
        facts: [],
        after: { ...row, snapshotCount: Math.max(0, count + more), modifiedAt: at },
      })
    }
    case 'resize': {
      const size = Number(parameters['size'] ?? 40 * gib)
      return done(row, 'Resized', {
        undo: 'possible',
        facts: [{ label: 'Virtual size', bytes: size }],
        after: { ...row, virtualSize: size, modifiedAt: at },
      })
    }
    case 'rename':
    case 'move': {
      const folder = parameters['folder']
      const path = String(
        typeof folder === 'string' ? `${folder}/${row.name}` : (parameters['path'] ?? row.path),
      )
      const name = path.slice(path.lastIndexOf('/') + 1)
      const location = path.slice(0, path.lastIndexOf('/'))
      return done(row, `Now at ${path}`, {
        undo: 'possible',
        facts: [],
        after: { ...row, path, name, location },
      })
    }
    case 'trash':
    case 'remove':
      return done(row, request.kind === 'trash' ? 'Moved to the Trash' : 'Out of the library', {
        undo: 'possible',
        facts: [],
        after: undefined,
      })
    case 'relink':
      return done(row, 'Names another backing file', { undo: 'possible', facts: [], after: row })
    case 'undo':
      return done(row, 'Taken back', { undo: 'no', facts: [], after: row })
    case 'create':
    case 'amend':
    case 'compact':
    case 'discard':
    case 'encode':
    case 'decode':
    case 'stream-decode':
    case 'dehydrate':
    case 'rehydrate':
    case 'write':
    case 'pattern': {
      const saved = Math.floor((row.onDisk ?? 0) / 10)
      const smaller = {
        ...row,
        onDisk: (row.onDisk ?? 0) - saved,
        fileLength: row.fileLength - saved,
        modifiedAt: at,
      }
      return done(row, 'Some space given back', {
        undo: 'not-needed',
        facts: [
          { label: 'Mode', text: 'in place' },
          { label: 'Given back', bytes: saved },
        ],
        after: smaller,
      })
    }
    default:
      return unreachable(request.kind)
  }
}

interface Outcome {
  readonly undo: Job['undo']
  readonly facts: ChangeFact[]
  readonly after: LibraryRow | undefined
}

const done = (
  before: LibraryRow,
  summary: string,
  { undo, facts, after }: Outcome,
): MadeUpChange => ({
  record: {
    summary,
    result: { kind: 'change', facts },
    ...(undo !== undefined && { undo }),
    fileBefore: numbersOf(before),
    ...(after !== undefined && { fileAfter: numbersOf(after) }),
  },
  row: after,
})

const numbersOf = ({ fileLength, onDisk = fileLength, modifiedAt }: LibraryRow) => ({
  length: fileLength,
  onDisk,
  modifiedAt,
})
