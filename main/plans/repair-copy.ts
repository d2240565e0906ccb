import { lstat } from 'node:fs/promises'
import path from 'node:path'
import { ImageError, tellOfRepair, type DataLossStep, type RepairPlan } from '../../core/index.ts'
import type { PreflightLine } from '../../ipc/schemas/preflight.ts'
import { whyNotNamed } from '../files/file-name.ts'
import { readFileFacts } from '../jobs/measured.ts'
import { admitNew } from './admit-new.ts'
import type { DoneWork, WorkContext } from './draft.ts'
import { checkLine, lineOfUse, spaceLine } from './preflight/file-lines.ts'
import { refusalLines, timeLine, undoLine } from './preflight/outcome-lines.ts'
import { freeBytesAt, whyNoFileIn } from './preflight/surroundings.ts'
import type { PlanContext, Subject } from './subject.ts'

export interface RepairCopyParts {
  /** Where the window may name files. Throws `outside-roots`. */
  readonly admit: (path: string) => Promise<string>
  /** The copy becomes a row of the library; answers with its id. */
  readonly add: (path: string) => Promise<number | undefined>
}

/** Bytes that are copied, read twice and compared in a second, at a guess. */
const provedPerSecond = 100 * 1024 * 1024

/**
 * Where the copy goes: in the image's own folder, where the name of its backing file means the same. Throws
 * `invalid-argument`, `folder-missing` and `outside-roots`.
 */
export async function placeOfCopy(
  { admit }: RepairCopyParts,
  from: string,
  wanted: string,
): Promise<string> {
  const to = await admitNew(admit, wanted)
  if (path.dirname(to) === path.dirname(from)) return to
  throw new ImageError('invalid-argument', {
    path: from,
    field: 'The copy',
    expected: `a name in ${path.dirname(from)}`,
    found: wanted,
  })
}

export interface PlannedCopy {
  readonly to: string
  readonly bytes: number
  readonly lines: readonly PreflightLine[]
}

/** What stands for and against copying; the image itself is only read, so it need not be writable. */
export async function planCopy(
  { image, use, row, file }: Pick<Subject, 'image' | 'use' | 'row' | 'file'>,
  to: string,
  plan: RepairPlan,
  { host, signal }: Pick<PlanContext, 'host' | 'signal'>,
): Promise<PlannedCopy> {
  const folder = path.dirname(to)
  const bytes = Math.min(file.length, file.onDisk)
  const [named] = await host.run('backingNames', { paths: [image.path] }, { signal })
  const trouble = await whyNoFileIn(folder, to)
  const isTaken = await lstat(to).then(
    () => true,
    () => false,
  )
  const refusals = [
    whyNotNamed(to),
    isTaken ? new ImageError('name-taken', { path: to }) : undefined,
    named?.dataFile === undefined
      ? undefined
      : new ImageError('repair-copy-data-file', { path: image.path, link: named.dataFile }),
  ].flatMap((refusal) => refusal?.toJSON() ?? [])
  const lines: readonly (PreflightLine | undefined)[] = [
    lineOfUse(use),
    trouble === undefined
      ? { id: 'writable', tone: 'good', path: folder }
      : { id: 'writable', tone: 'stop', path: folder, error: trouble },
    checkLine(row, { kind: 'mended', health: plan.before.health }, Date.now()),
    ...refusalLines(refusals),
    spaceLine({ folder, bytes, freeBytes: await freeBytesAt(folder) }),
    undoLine({ undo: 'not-needed', because: { kind: 'original-stays' } }),
    timeLine(Math.ceil(bytes / provedPerSecond)),
  ]
  return { to, bytes, lines: lines.filter((line) => line !== undefined) }
}

/** Makes the copy, repairs it and takes it into the library. */
export async function repairCopyAsPlanned(
  { add }: RepairCopyParts,
  { image }: Pick<Subject, 'image'>,
  planned: {
    readonly plan: RepairPlan
    readonly consent: readonly DataLossStep[]
    readonly to: string
  },
  { host, ...work }: WorkContext,
): Promise<DoneWork> {
  const { plan, to } = planned
  const { result, before } = await host.run('repairCopy', { ...image, ...planned }, work)
  // The copy is made, whether its row could be or not; a look at its folder finds it, too.
  const copyId = await add(to).catch(() => undefined)
  const after = await readFileFacts(to)
  const { summary, facts } = tellOfRepair({ plan, result })
  return {
    summary: `${summary} in the copy ${path.basename(to)}`,
    facts: [
      { label: 'Copy', text: to },
      { label: 'Copied', bytes: result.copied.bytes },
      ...facts,
      {
        label: 'Proof',
        text: 'the copy was read back and equal before it was repaired; the original was only read',
      },
    ],
    before,
    after,
    keep: (subjects, { id, endedAt }) => {
      if (copyId === undefined) return
      subjects.keepCheck(copyId, {
        jobId: id,
        at: endedAt,
        health: result.after.health,
        file: { modifiedAt: after.modifiedAt, length: after.length },
      })
    },
  }
}
