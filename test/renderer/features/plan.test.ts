import { describe, expect, it } from 'vitest'
import type { ActionPlan } from '../../../ipc/schemas/plan.ts'
import type { PreflightLine } from '../../../ipc/schemas/preflight.ts'
import { permissionDenied } from '../../../renderer/fake/made-up-errors.ts'
import {
  healthKey,
  isOfOtherHealth,
  noPlan,
  planVersion,
  reducePlan,
} from '../../../renderer/features/plan/plan-state.ts'
import { preflightWords } from '../../../renderer/features/plan/preflight-words.ts'
import { libraryRow } from '../library-rows.ts'

const now = Date.UTC(2026, 10, 21, 12)
const wordsOf = (line: PreflightLine): string => {
  const { title, detail } = preflightWords(line, { units: 'binary', now })
  return detail === undefined ? title : `${title} | ${detail}`
}

describe('a line of the pre-flight card', () => {
  const holders = [{ pid: 4312, name: 'qemu-system-x86_64', vm: 'web01' }]
  const cases: readonly (readonly [PreflightLine, string])[] = [
    [{ id: 'use', tone: 'good', use: { state: 'free', holders: [] } }, 'Nobody has it open'],
    [
      { id: 'use', tone: 'stop', use: { state: 'writing', holders } },
      'In use: qemu-system-x86_64 (PID 4312, for the VM “web01”) has it open | Shut the VM down or close the program, then look again.',
    ],
    [
      { id: 'use', tone: 'note', use: { state: 'reading', holders: [] } },
      'Another program is reading it',
    ],
    [{ id: 'writable', tone: 'stop', path: '/srv/vm' }, 'You may not write to /srv/vm'],
    [
      { id: 'writable', tone: 'stop', path: '/x', error: permissionDenied('/srv/a.qcow2') },
      'Cannot read a.qcow2: permission denied | /srv/a.qcow2 belongs to root and only its owner may read it. Give your user the right to read it, then refresh.',
    ],
    [
      { id: 'check', tone: 'good', health: 'healthy', stale: false, checkedAt: now - 7_200_000 },
      'Healthy, checked 2 hours ago',
    ],
    [
      { id: 'check', tone: 'note', health: 'healthy', stale: true, checkedAt: now - 86_400_000 },
      'Healthy when checked 1 day ago; the file changed since',
    ],
    [{ id: 'check', tone: 'note', health: 'healthy', stale: false }, 'Not checked yet'],
    [
      { id: 'check', tone: 'stop', health: 'damaged', stale: false },
      'It is damaged: changing it could lose more',
    ],
    [
      { id: 'space', tone: 'good', folder: '/srv', neededBytes: 2 ** 30, freeBytes: 2 ** 31 },
      'Needs 1 GiB in /srv, 2 GiB are free',
    ],
    [
      { id: 'space', tone: 'stop', folder: '/srv', neededBytes: 2 ** 31, freeBytes: 2 ** 30 },
      'Not enough space: needs 2 GiB in /srv, 1 GiB are free',
    ],
    [
      { id: 'space', tone: 'good', folder: '/srv', neededBytes: 0 },
      'Needs no further space in /srv',
    ],
    [
      { id: 'space', tone: 'note', folder: '/srv', neededBytes: 512 },
      'Needs 512 bytes in /srv; how much is free there cannot be told',
    ],
    [{ id: 'snapshots', tone: 'good', count: 0, lost: 0 }, 'It has no snapshots'],
    [{ id: 'snapshots', tone: 'good', count: 3, lost: 0 }, '3 snapshots kept'],
    [{ id: 'snapshots', tone: 'note', count: 3, lost: 1 }, '1 of 3 snapshots will be gone'],
    [
      { id: 'children', tone: 'good', effect: 'none', children: [] },
      'No image of the library builds on it',
    ],
    [
      {
        id: 'children',
        tone: 'good',
        effect: 'size-stays',
        children: [{ imageId: 2, name: 'a.qcow2' }],
      },
      'Images that build on it go on as before, with the size they have: a.qcow2',
    ],
    [
      {
        id: 'children',
        tone: 'stop',
        effect: 'broken',
        children: ['a', 'b', 'c', 'd', 'e', 'f'].map((name, index) => ({
          imageId: index + 1,
          name,
        })),
      },
      'These images build on it and would break: a, b, c, d and 2 more',
    ],
    [
      { id: 'vms', tone: 'note', vms: [{ source: 'libvirt', vm: 'web01' }] },
      'Belongs to the VM “web01” (libvirt) | Keep it shut down until this is done.',
    ],
    [
      { id: 'undo', tone: 'good', undo: 'not-needed' },
      'Nothing to undo: the content stays the same',
    ],
    [
      { id: 'undo', tone: 'good', undo: 'while-kept', keptBytes: 3 * 2 ** 30 },
      'Can be undone for as long as the undo store keeps 3 GiB for it',
    ],
    [{ id: 'undo', tone: 'note', undo: 'no' }, 'Cannot be undone'],
    [
      { id: 'undo', tone: 'good', undo: 'not-needed', because: { kind: 'original-stays' } },
      'Nothing to undo: the original is left alone',
    ],
    [
      { id: 'undo', tone: 'note', undo: 'no', because: { kind: 'not-kept', bytes: 2 ** 20 } },
      'Cannot be undone | The undo store has room for the 1 MiB that go, if it is to keep them.',
    ],
    [
      { id: 'undo', tone: 'note', undo: 'no', because: { kind: 'no-room', neededBytes: 2 ** 40 } },
      'Cannot be undone | The undo store has no room for the 1 TiB that go. Its limit is in the settings.',
    ],
    [
      { id: 'undo', tone: 'note', undo: 'no', because: { kind: 'present-state-goes' } },
      'Cannot be undone | The disk goes back for good, unless its present state is kept as a snapshot first.',
    ],
    [
      { id: 'undo', tone: 'note', undo: 'no', because: { kind: 'cannot-be-kept' } },
      'Cannot be undone | The tables of the image do not tell what would have to be kept.',
    ],
    [
      { id: 'undo', tone: 'note', undo: 'no', because: { kind: 'system-trash' } },
      'Cannot be undone | The Trash of this system tells no program where it puts things. Put it back from there.',
    ],
    [{ id: 'time', tone: 'good', seconds: 0.2 }, 'Takes a moment'],
    [{ id: 'time', tone: 'good', seconds: 146 }, 'Takes about 2 min'],
    [{ id: 'time', tone: 'good', seconds: 12 }, 'Takes about 15 s'],
  ]

  it.each(cases.map(([line, words]) => ({ line, words })))('$words', ({ line, words }) => {
    expect(wordsOf(line)).toBe(words)
    expect(wordsOf(line)).not.toMatch(/undefined|NaN/)
  })
})

describe('the plan while it is asked for', () => {
  const planOf = (token: string): ActionPlan => ({
    token,
    madeAt: 0,
    allowed: true,
    preflight: [],
    detail: { kind: 'undo', jobId: '1', returns: '' },
  })
  const progress = { phase: 'data', done: 1, total: 2, unit: 'bytes' } as const

  it('keeps the old plan until the new one is there', () => {
    const first = [
      { type: 'asked', question: 'a' },
      { type: 'plan', question: 'a', plan: planOf('1') },
      { type: 'answered', question: 'a' },
      { type: 'asked', question: 'b' },
      { type: 'progress', question: 'b', progress },
    ].reduce((state, event) => reducePlan(state, event as Parameters<typeof reducePlan>[1]), noPlan)
    expect(first).toMatchObject({ answers: 'a', isFinal: false, progress })
    expect(first.plan?.token).toBe('1')
    const second = reducePlan(first, { type: 'plan', question: 'b', plan: planOf('2') })
    expect(second).toMatchObject({ answers: 'b', isFinal: false })
  })

  it('leaves out what comes for a question that nobody asks any more', () => {
    const asked = reducePlan(noPlan, { type: 'asked', question: 'b' })
    expect(reducePlan(asked, { type: 'plan', question: 'a', plan: planOf('1') })).toBe(asked)
    expect(
      reducePlan(asked, { type: 'failed', question: 'a', error: permissionDenied('/a') }),
    ).toBe(asked)
  })

  it('is asked anew when anything about the image changed that a plan looks at', () => {
    const row = libraryRow({ id: 1 })
    const version = planVersion(row)
    expect(planVersion({ ...row, use: { state: 'writing', holders: [] } })).not.toBe(version)
    expect(planVersion({ ...row, childCount: 1 })).not.toBe(version)
    expect(planVersion({ ...row, usedAt: 5, lastCheckAt: 5 })).toBe(version)
  })

  it('is not asked anew for the health that it found itself, only for another one', () => {
    const row = libraryRow({ id: 1, health: 'leaks', healthStale: false })
    const found: PreflightLine = { id: 'check', tone: 'note', health: 'leaks', stale: false }
    const plan = { ...planOf('1'), preflight: [found] }
    expect(isOfOtherHealth({ plan, isFinal: true }, healthKey(row))).toBe(false)
    expect(isOfOtherHealth({ plan, isFinal: true }, healthKey({ ...row, healthStale: true }))).toBe(
      true,
    )
    const damaged = healthKey({ ...row, health: 'damaged' })
    expect(isOfOtherHealth({ plan, isFinal: true }, damaged)).toBe(true)
    // While it looks at the image it may find the same.
    expect(isOfOtherHealth({ plan, isFinal: false }, damaged)).toBe(false)
    expect(isOfOtherHealth({ plan: planOf('1'), isFinal: true }, damaged)).toBe(false)
    expect(isOfOtherHealth({ plan: undefined, isFinal: true }, damaged)).toBe(true)
  })
})
