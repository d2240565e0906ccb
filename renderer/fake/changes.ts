/** What made-up changes come to: the record of the job, and the row afterwards. */
import type { ChangeFact, ChangeRequest } from '../../ipc/schemas/change.ts'
import type { Job, JobResult } from '../../ipc/schemas/job.ts'
import type { LibraryRow } from '../../ipc/schemas/library.ts'
import { formatBytes } from '../format/bytes.ts'
import { unreachable } from '../unreachable.ts'
import { compactedPictures } from './compacted-pictures.ts'
import { madeUpSnapshots } from './snapshots.ts'

export interface MadeUpChange {
  readonly record: Pick<Job, 'result' | 'summary' | 'undo' | 'fileBefore' | 'fileAfter'>
  /** Undefined when the image has left the library. */
  readonly row: LibraryRow | undefined
}

const gib = 2 ** 30

/** Of an undo, `undone` is what the change that it takes back had come to. */
export function madeUpChange(
  row: LibraryRow,
  request: ChangeRequest,
  at: number,
  undone?: string,
): MadeUpChange {
  const { parameters } = request
  switch (request.kind) {
    case 'repair':
      return madeUpRepair(row, parameters, at)
    case 'snapshot': {
      const { action } = parameters
      const count = row.snapshotCount ?? 0
      const more = action === 'create' ? 1 : action === 'delete' ? -1 : 0
      return done(row, snapshotWords(row, parameters), {
        undo: 'possible',
        facts: action === 'delete' ? [{ label: 'Freed', bytes: 1_932_735_283 }] : [],
        after: { ...row, snapshotCount: Math.max(0, count + more), modifiedAt: at },
      })
    }
    case 'resize': {
      const before = row.virtualSize ?? row.fileLength
      const size = Number(parameters['size'] ?? 40 * gib)
      const change = formatBytes(Math.abs(size - before), 'binary')
      return done(row, size < before ? `Shrank by ${change}` : `Grew by ${change}`, {
        undo: 'possible',
        facts: [
          { label: 'Virtual size before', bytes: before },
          { label: 'Virtual size after', bytes: size },
          ...(size < before
            ? [{ label: 'Given back', bytes: Math.floor((before - size) / 2) }]
            : []),
        ],
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
      const isMove = request.kind === 'move'
      return done(row, isMove ? `Moved to ${location}` : `Renamed from ${row.name}`, {
        undo: 'possible',
        facts: [
          { label: 'Was', text: row.path },
          ...(row.childCount > 0
            ? [{ label: 'Overlays that were told', count: row.childCount }]
            : []),
        ],
        after: { ...row, path, name, location },
      })
    }
    case 'trash':
      return done(row, `${row.name} is in the Trash`, {
        undo: 'possible',
        facts: [{ label: 'Was', text: row.path }],
        after: undefined,
      })
    case 'remove':
      return done(row, 'Removed from the library', {
        undo: 'possible',
        facts: [],
        after: undefined,
      })
    case 'relink': {
      const name = String(parameters['backing'])
      return done(row, `Backing file is ${name} now`, {
        undo: 'possible',
        facts: [
          { label: 'Backing file', text: `${name} (qcow2)` },
          { label: 'It was', text: `${row.backing?.name ?? 'none'} (qcow2)` },
        ],
        after: { ...row, backing: { name, state: 'present', target: name } },
      })
    }
    case 'undo':
      return done(row, `Undone: ${row.name} is as it was before`, {
        undo: 'no',
        facts: undone === undefined ? [] : [{ label: 'Taken back', text: undone }],
        after: row,
      })
    case 'create': {
      const size = Number(parameters['size'] ?? 40 * gib)
      const format = String(parameters['format'])
      const { record, row: made } = done(
        row,
        `${formatBytes(size, 'binary')} ${format} image made`,
        {
          undo: 'no',
          facts: [
            { label: 'Virtual size', bytes: size },
            { label: 'File length', bytes: 196_624 },
          ],
          after: { ...row, virtualSize: size, fileLength: 196_624, onDisk: 196_608 },
        },
      )
      const { fileBefore: _nothing, ...ofNew } = record
      return { record: ofNew, row: made }
    }
    case 'compact':
    case 'amend':
    case 'discard':
    case 'encode':
    case 'decode':
    case 'stream-decode':
    case 'dehydrate':
    case 'rehydrate':
    case 'write':
    case 'pattern':
      return madeUpCompaction(row, at)
    default:
      return unreachable(request.kind)
  }
}

/** Of a repair without the steps that lose something, damage stays; the check that is part of it says so. */
function madeUpRepair(
  row: LibraryRow,
  { mode, allow, copyTo }: ChangeRequest['parameters'],
  at: number,
): MadeUpChange {
  if (row.health === 'healthy') {
    return done(row, 'Clean, nothing to repair', { undo: 'not-needed', facts: [], after: row })
  }
  const leaksMended = 37
  const isAll = mode === 'all'
  const stays =
    row.health === 'damaged' && !(isAll && Array.isArray(allow) && allow.length > 0)
      ? 'damaged'
      : row.health === 'needs-repair' && !isAll
        ? 'needs-repair'
        : undefined
  const corruptions = row.health === 'damaged' ? 4 : row.health === 'needs-repair' ? 2 : 0
  const left = stays === undefined ? 0 : isAll ? 1 : corruptions
  const fixed = corruptions - left
  const words = [
    ...(fixed === 0 ? [] : [fixed === 1 ? '1 corruption' : `${fixed} corruptions`]),
    `${leaksMended} leaks`,
  ].join(' and ')
  const damage = (count: number, leaks: number): string =>
    [
      ...(count === 0 ? [] : [count === 1 ? '1 corruption' : `${count} corruptions`]),
      ...(leaks === 0 ? [] : [`${leaks} leaks`]),
    ].join(', ') || 'clean'
  return done(
    row,
    `Repaired: ${words} fixed, ${stays === undefined ? 'clean now' : 'corruption remains'}`,
    {
      undo: copyTo === undefined ? 'possible' : 'not-needed',
      facts: [
        { label: 'Before', text: damage(corruptions, leaksMended) },
        { label: 'After', text: damage(left, 0) },
        { label: 'Written', bytes: corruptions === 0 ? 512 : 12_288 },
        { label: 'Safety copy', text: `${row.path}.2026-11-21.platter-undo` },
      ],
      after: { ...row, health: stays ?? 'healthy', healthStale: false, modifiedAt: at },
      result: { leaksMended, ...(stays !== undefined && { stillWrong: stays }) },
    },
  )
}

/** As the engine tells of a compaction that proved that a guest reads the same (core/report/tell-of-compaction.ts). */
function madeUpCompaction(row: LibraryRow, at: number): MadeUpChange {
  const onDisk = row.onDisk ?? row.fileLength
  const saved = row.reclaimable?.bytes ?? Math.floor(onDisk / 10)
  const words = formatBytes(saved, 'binary')
  return done(row, `${words} given back, the file is ${words} shorter`, {
    undo: 'not-needed',
    facts: [
      { label: 'Mode', text: 'in place' },
      { label: 'Zeroes', bytes: Math.floor(saved * 0.45) },
      { label: 'Moved', bytes: Math.floor(saved / 3) },
      { label: 'Read', bytes: onDisk },
      { label: 'Written', bytes: Math.floor(saved / 3) + 720_896 },
      { label: 'Guest content', text: 'identical at 2026-11-21 14:02:11 UTC' },
      {
        label: 'SHA-256, before and after',
        text: '5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef',
      },
    ],
    result: { pictures: compactedPictures(row) },
    after: { ...row, onDisk: onDisk - saved, fileLength: row.fileLength - saved, modifiedAt: at },
  })
}

function snapshotWords(row: LibraryRow, parameters: ChangeRequest['parameters']): string {
  const { action, name, id } = parameters
  const chosen = madeUpSnapshots(row).snapshots.find(
    (each) => name === (id === true ? each.id : each.name),
  )
  const called = `"${chosen?.name ?? String(name)}"`
  const number = `(id ${chosen?.id ?? (row.snapshotCount ?? 0) + 1})`
  const newName = String(parameters['newName'])
  const words: Readonly<Record<string, string>> = {
    create: `Snapshot ${called} ${number} taken`,
    apply: `Went back to snapshot ${called} ${number}`,
    delete: `Snapshot ${called} ${number} deleted`,
    rename: `Snapshot ${called} is called "${newName}" ${number} now`,
  }
  return words[String(action)] ?? 'Done'
}

interface Outcome {
  readonly undo: Job['undo']
  readonly facts: ChangeFact[]
  readonly after: LibraryRow | undefined
  /** What the result says beside its facts. */
  readonly result?: Pick<
    Extract<JobResult, { kind: 'change' }>,
    'leaksMended' | 'pictures' | 'stillWrong'
  >
}

const done = (
  before: LibraryRow,
  summary: string,
  { undo, facts, after, result }: Outcome,
): MadeUpChange => ({
  record: {
    summary,
    result: { kind: 'change', facts, ...result },
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
