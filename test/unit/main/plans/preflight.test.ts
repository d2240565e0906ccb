import { describe, expect, test } from 'vitest'
import { ImageError } from '../../../../core/index.ts'
import type { PreflightLine } from '../../../../ipc/schemas/preflight.ts'
import {
  childrenLine,
  machinesLine,
  snapshotsLine,
} from '../../../../main/plans/preflight/dependent-lines.ts'
import {
  checkLine,
  lineOfUse,
  spaceLine,
  writableLine,
} from '../../../../main/plans/preflight/file-lines.ts'
import { refusalLines, timeLine, undoLine } from '../../../../main/plans/preflight/outcome-lines.ts'
import { stopError } from '../../../../main/plans/preflight/stop-error.ts'

const path = '/vm/disk.qcow2'
const holder = { pid: 4312, name: 'qemu-system-x86_64', vm: 'db' }
const noTrouble = { fileTrouble: undefined, folderTrouble: undefined }
const trouble = new ImageError('file-not-writable', { path, errno: 'EACCES' }).toJSON()

describe('the line about', () => {
  test.each([
    ['free', 'good'],
    ['unknown', 'note'],
    ['reading', 'stop'],
    ['writing', 'stop'],
  ] as const)('use by others: %s is %s', (state, tone) => {
    expect(lineOfUse({ state, holders: [holder] })).toEqual({
      id: 'use',
      tone,
      use: { state, holders: [holder] },
    })
  })

  test('writing names what hinders it, the file before the folder', () => {
    expect(writableLine(path, noTrouble)).toEqual({ id: 'writable', tone: 'good', path })
    const both = { fileTrouble: trouble, folderTrouble: { ...trouble, code: 'other' } }
    expect(writableLine(path, both)).toEqual({ id: 'writable', tone: 'stop', path, error: trouble })
  })

  const row = {
    format: 'qcow2',
    health: 'healthy',
    healthStale: false,
    lastCheckAt: 5,
  } as const
  test.each([
    [{}, 'good'],
    [{ healthStale: true }, 'note'],
    [{ health: 'leaks' }, 'note'],
    [{ health: 'not-checked' }, 'note'],
    [{ health: 'dirty' }, 'note'],
    [{ health: 'needs-repair' }, 'stop'],
    [{ health: 'damaged' }, 'stop'],
    // What was damaged stays so until a check says otherwise.
    [{ health: 'damaged', healthStale: true }, 'stop'],
    [{ health: 'cannot-read' }, 'stop'],
  ] as const)('the last check: %o is %s', (change, tone) => {
    const line = checkLine({ ...row, ...change }, { kind: 'must-be-sound' }, 9)
    expect(line).toMatchObject({ id: 'check', tone, checkedAt: 5 })
  })

  test('a check that the plan made itself is of now, and a repair is what damage is for', () => {
    const judged = checkLine(row, { kind: 'judged', health: 'needs-repair' }, 9)
    expect(judged).toMatchObject({ tone: 'stop', stale: false, checkedAt: 9 })
    const mended = checkLine(row, { kind: 'mended', health: 'damaged' }, 9)
    expect(mended).toMatchObject({ tone: 'note', health: 'damaged' })
  })

  test('the check is left out where there is nothing to check or nobody needs it', () => {
    expect(checkLine(row, { kind: 'does-not-matter' }, 9)).toBeUndefined()
    expect(checkLine({ ...row, format: 'raw' }, { kind: 'must-be-sound' }, 9)).toBeUndefined()
  })

  test.each([
    [{ bytes: 10, freeBytes: 10 }, 'good'],
    [{ bytes: 11, freeBytes: 10 }, 'stop'],
    [{ bytes: 11, freeBytes: undefined }, 'note'],
  ])('space: %o is %s', (space, tone) => {
    expect(spaceLine({ folder: '/vm', ...space })).toMatchObject({ id: 'space', tone })
  })

  test('space is left out where next to nothing is needed', () => {
    expect(spaceLine({ folder: '/vm', bytes: 0, freeBytes: 1 })).toBeUndefined()
  })

  test('snapshots counts those that go', () => {
    expect(snapshotsLine({ count: 0, lost: 0 })).toBeUndefined()
    expect(snapshotsLine({ count: 3, lost: 0 })).toMatchObject({ tone: 'good', count: 3 })
    expect(snapshotsLine({ count: 3, lost: 1 })).toMatchObject({ tone: 'note', lost: 1 })
  })

  test.each([
    ['none', 'good'],
    ['size-stays', 'good'],
    ['repaired', 'note'],
    ['broken', 'stop'],
  ] as const)('overlays, to which it means %s, is %s', (effect, tone) => {
    const line = childrenLine([{ id: 2, name: 'child.qcow2' }], effect)
    expect(line).toEqual({
      id: 'children',
      tone,
      effect,
      children: [{ imageId: 2, name: 'child.qcow2' }],
    })
    expect(childrenLine([], effect)).toBeUndefined()
  })

  test('machines is there for those who should know', () => {
    const machine = { source: 'libvirt', vm: 'db', config: '/etc/libvirt/qemu/db.xml' } as const
    expect(machinesLine([machine], true)).toMatchObject({ vms: [{ source: 'libvirt', vm: 'db' }] })
    expect(machinesLine([machine], false)).toBeUndefined()
    expect(machinesLine([], true)).toBeUndefined()
  })

  test('what comes of it', () => {
    expect(undoLine({ undo: 'no' })).toEqual({ id: 'undo', tone: 'note', undo: 'no' })
    expect(undoLine({ undo: 'while-kept', keptBytes: 5 })).toMatchObject({ tone: 'good' })
    expect(timeLine(undefined)).toBeUndefined()
    const inUse = new ImageError('file-in-use', { path }).toJSON()
    // The line about use says that already.
    expect(refusalLines([inUse, trouble])).toEqual([
      { id: 'refusal', tone: 'stop', error: trouble },
    ])
  })
})

describe('a line that stops', () => {
  const lines: [string, PreflightLine, string][] = [
    [
      'use',
      { id: 'use', tone: 'stop', use: { state: 'writing', holders: [holder] } },
      'db (PID 4312) has /vm/disk.qcow2 open for writing.',
    ],
    [
      'use by nobody known',
      { id: 'use', tone: 'stop', use: { state: 'reading', holders: [] } },
      'A running program has /vm/disk.qcow2 open for reading.',
    ],
    [
      'writable',
      { id: 'writable', tone: 'stop', path, error: trouble },
      trouble.explanation.detail,
    ],
    [
      'check',
      { id: 'check', tone: 'stop', health: 'damaged', stale: false },
      'The last check of /vm/disk.qcow2 ended with "damaged"; changing it could make that worse.',
    ],
    [
      'space',
      { id: 'space', tone: 'stop', folder: '/vm', neededBytes: 9000, freeBytes: 10 },
      '9000 bytes are needed in /vm; 10 bytes are free.',
    ],
    [
      'space of a host that does not tell',
      { id: 'space', tone: 'stop', folder: '/vm', neededBytes: 9000 },
      '9000 bytes are needed in /vm.',
    ],
    [
      'one overlay',
      {
        id: 'children',
        tone: 'stop',
        effect: 'broken',
        children: [{ imageId: 2, name: 'child.qcow2' }],
      },
      'child.qcow2 holds only what differs from it; what their guests read would be torn.',
    ],
    ['refusal', { id: 'refusal', tone: 'stop', error: trouble }, trouble.explanation.detail],
  ]
  test.each(lines)('is an error in words: %s', (_name, line, detail) => {
    const good: PreflightLine = { id: 'time', tone: 'good', seconds: 1 }
    const error = stopError([good, line], path)
    expect(error?.explanation.detail).toBe(detail)
    expect(JSON.stringify(error?.explanation)).not.toMatch(/undefined|NaN/)
  })

  test('is none where every line lets it go on', () => {
    expect(stopError([{ id: 'undo', tone: 'note', undo: 'no' }], path)).toBeUndefined()
  })
})
