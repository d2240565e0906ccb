/** Plans for what looks after an image: repair, snapshots, its files, undo. */
import type { ActionOf } from '../../ipc/schemas/action.ts'
import type { LibraryRow } from '../../ipc/schemas/library.ts'
import type { PlanOf } from '../../ipc/schemas/plan.ts'
import type { MadeUpPlan, PlanQuestion } from './plans.ts'
import { unreachable } from '../unreachable.ts'
import { madeUpSnapshots } from './snapshots.ts'

const mib = 2 ** 20
const gib = 2 ** 30

const keptUntilChanged = { id: 'undo', tone: 'good', undo: 'while-unchanged' } as const
const kept = (keptBytes: number) =>
  ({ id: 'undo', tone: 'good', undo: 'while-kept', keptBytes }) as const
const never = { id: 'undo', tone: 'note', undo: 'no' } as const

const mendingWrites: PlanOf<'repair'>['writes'] = [
  {
    structure: 'L2 table',
    offset: 0x8_0000,
    length: 512,
    before: 'entry 12: 0x150000000, not marked as copied',
    after: 'entry 12: 0x150000000, marked as copied',
  },
  ...Array.from({ length: 22 }, (_, index) => ({
    structure: 'refcount block',
    offset: 0x2_0200 + index * 512,
    length: 512,
    before: '3 refcounts of 1',
    after: '3 refcounts of 2',
  })),
]

export function repairPlanOf(row: LibraryRow, { parameters }: ActionOf<'repair'>): MadeUpPlan {
  const { mode, allow = [], copyTo } = parameters
  const damaged = row.health === 'damaged'
  const broken = damaged || row.health === 'needs-repair'
  const all = mode === 'all'
  const unmapped = allow.includes('unmap-past-end')
  const leaks = 37
  const tooLow = all && broken ? 3 : 0
  const moreWrites = all && broken ? mendingWrites : []
  const corruptions = broken ? (damaged ? 4 : 2) : 0
  const left = all ? (damaged && !unmapped ? 1 : 0) : corruptions
  const steps: PlanOf<'repair'>['steps'] = [
    {
      name: 'refcounts',
      losesData: false,
      included: true,
      count: leaks + tooLow,
      text: `${leaks + tooLow} refcounts are set to how often their cluster is used.`,
      lost: [],
      lostOmitted: 0,
    },
    ...(all && broken
      ? [
          {
            name: 'copied-flags',
            losesData: false,
            included: true,
            count: 2,
            text: '2 entries get the mark that says whether their cluster is shared.',
            lost: [],
            lostOmitted: 0,
          },
        ]
      : []),
    ...(all && damaged
      ? [
          {
            name: 'unmap-past-end',
            losesData: true,
            included: unmapped,
            count: 1,
            text: '1 entry refers to a cluster behind the end of the file. It is emptied; the ranges read as zeroes, as they do now.',
            lost: [
              { start: 10 * gib, length: 65_536, partition: 2 },
              { start: 10 * gib + 8 * mib, length: 131_072, partition: 2 },
              { start: 22 * gib, length: 65_536, snapshot: 'clean install', partition: 2 },
            ],
            lostOmitted: 0,
          },
        ]
      : []),
  ]
  const finding = {
    rule: 'refcount-too-low',
    structure: 'refcount block',
    kind: 'corruption',
    harm: 'refcounts',
    count: damaged ? corruptions - 1 : corruptions,
    example: 'The cluster at 0x1500000 is used 2 times, its refcount says 1.',
  } as const
  const leak = {
    rule: 'leaked-cluster',
    structure: 'refcount block',
    kind: 'leak',
    harm: 'space',
    count: leaks,
    example: 'The cluster at 0x2a0000 is counted as used, and nothing uses it.',
  } as const
  const lost = {
    rule: 'reference-past-end',
    structure: 'L2 table',
    kind: 'corruption',
    harm: 'data',
    count: 1,
    example:
      'The entry of guest offset 0x280000000 refers to 0x540000000, behind the end of the file.',
  } as const
  const findings = [...(damaged ? [lost] : []), ...(broken ? [finding] : []), leak]
  return {
    undo: keptUntilChanged,
    neededBytes: 720_896,
    seconds: 4,
    detail: {
      kind: 'repair',
      before: {
        health: damaged ? 'damaged' : broken ? 'needs-repair' : 'leaks',
        corruptions,
        leaks,
        checkErrors: 0,
        warnings: 0,
      },
      after: {
        health: left === 0 ? 'healthy' : damaged ? 'damaged' : 'needs-repair',
        corruptions: left,
        leaks: 0,
        checkErrors: 0,
        warnings: 0,
      },
      findings,
      remaining: left === 0 ? [] : findings.filter(({ kind }) => kind === 'corruption').slice(0, 1),
      steps,
      writes: [
        {
          structure: 'refcount block',
          offset: 0x2_0000,
          length: 512,
          before: '37 refcounts of 1',
          after: '37 refcounts of 0',
        },
        ...moreWrites,
      ],
      writesOmitted: 0,
      bytesWritten: (1 + moreWrites.length) * 512,
      safetyCopyBytes: copyTo === undefined ? 655_360 : 0,
      ...(copyTo !== undefined && { copy: { path: copyTo, bytes: row.onDisk ?? 0 } }),
    },
  }
}

export function snapshotPlanOf(row: LibraryRow, { parameters }: ActionOf<'snapshot'>): MadeUpPlan {
  const { snapshots } = madeUpSnapshots(row)
  const size = row.virtualSize ?? row.fileLength
  const detail = {
    kind: 'snapshot',
    action: parameters.action,
    sizeBefore: size,
    sizeAfter: size,
    bitmapsLost: [],
  } as const
  const isId = 'id' in parameters && parameters.id === true
  const chosen = snapshots.find(({ id, name }) => parameters.name === (isId ? id : name))
  switch (parameters.action) {
    case 'create':
      return { undo: keptUntilChanged, neededBytes: 2 * mib, seconds: 1, detail }
    case 'rename':
      return { undo: keptUntilChanged, detail }
    case 'delete': {
      const letsGoBytes = chosen?.exclusiveBytes ?? 0
      const keeps = parameters.keep === true
      return {
        undo: keeps ? kept(letsGoBytes) : never,
        snapshotsLost: 1,
        seconds: 3,
        ...(keeps && { neededBytes: letsGoBytes }),
        detail: { ...detail, letsGoBytes },
      }
    }
    case 'apply': {
      const takes = parameters.take !== undefined
      return {
        undo: takes ? keptUntilChanged : never,
        seconds: 2,
        ...(takes && { neededBytes: 3 * mib }),
        detail: {
          ...detail,
          letsGoBytes: takes ? 0 : Math.floor((row.onDisk ?? 0) / 9),
          bitmapsLost: (row.bitmapCount ?? 0) > 0 ? ['backup-1'] : [],
        },
      }
    }
    default:
      return unreachable(parameters)
  }
}

export function relinkPlanOf(row: LibraryRow, { parameters }: ActionOf<'relink'>): MadeUpPlan {
  const before = { backing: row.backing?.name ?? '', backingFormat: 'qcow2' }
  return {
    undo: keptUntilChanged,
    seconds: 1,
    detail: {
      kind: 'relink',
      before,
      after: { backing: parameters.backing, backingFormat: parameters.backingFormat },
      warnings: parameters.backing.includes('base')
        ? []
        : [
            'Its disk has 20 GiB; this image has 40 GiB. What lies past its end reads as zeroes.',
            'It was changed after this image was made.',
          ],
    },
  }
}

type FileAction = ActionOf<'rename'> | ActionOf<'move'> | ActionOf<'trash'> | ActionOf<'remove'>

export function filePlanOf({ row, rows }: PlanQuestion, request: FileAction): MadeUpPlan {
  const overlays = [...rows.values()].filter(({ parentId }) => parentId === row.id)
  const { parameters } = request
  const to =
    'path' in parameters
      ? parameters.path
      : 'folder' in parameters
        ? `${parameters.folder}/${row.name}`
        : undefined
  const far = to !== undefined && !to.startsWith(row.location.split('/').slice(0, 2).join('/'))
  const copiedBytes = far ? (row.onDisk ?? row.fileLength) : undefined
  return {
    undo: { id: 'undo', tone: 'good', undo: 'while-unchanged' },
    ...(far && {
      neededBytes: row.onDisk ?? row.fileLength,
      neededIn: to.slice(0, to.lastIndexOf('/')),
      seconds: 64,
    }),
    detail: {
      kind: 'file',
      action: request.kind,
      from: row.path,
      ...(to !== undefined && { to }),
      ...(copiedBytes !== undefined && { copiedBytes }),
      relinked: to === undefined ? [] : overlays.map(({ path }) => path),
    },
  }
}

export function undoPlanOf(row: LibraryRow, { parameters }: ActionOf<'undo'>): MadeUpPlan {
  return {
    undo: never,
    seconds: 1,
    detail: {
      kind: 'undo',
      jobId: 'id' in parameters ? parameters.id : parameters.batch,
      returns: `The tables of ${row.name} return as they were before; what a guest reads stays the same.`,
      bytesWritten: 12_288,
    },
  }
}
