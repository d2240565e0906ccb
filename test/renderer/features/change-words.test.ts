import { describe, expect, it } from 'vitest'
import { changeKind, type ChangeRequest } from '../../../ipc/schemas/change.ts'
import type { Job } from '../../../ipc/schemas/job.ts'
import { commandOf } from '../../../renderer/features/jobs/command-of.ts'
import { kindWords, requestWords } from '../../../renderer/features/jobs/job-words.ts'
import { repeatingOf } from '../../../renderer/features/jobs/job-actions.ts'
import { resultFacts } from '../../../renderer/features/jobs/result-facts.ts'

const gib = 2 ** 30

const changed = (request: ChangeRequest, rest: Partial<Job> = {}): Job => ({
  id: '7',
  request,
  imageId: 1,
  imageName: 'disk.qcow2',
  imagePath: '/vm/disk.qcow2',
  state: 'succeeded',
  actor: 'cli',
  queuedAt: 0,
  engineVersion: '0.1.0',
  ...rest,
})

const compacted = changed(
  { kind: 'compact', parameters: { mode: 'punch', verify: false, unsafeBuffering: true } },
  {
    result: {
      kind: 'change',
      facts: [
        { label: 'Moved', bytes: gib },
        { label: 'Clusters', count: 1200 },
        { label: 'Proof', text: 'skipped' },
      ],
    },
    fileBefore: { length: 4 * gib, onDisk: 3 * gib, modifiedAt: 0 },
    fileAfter: { length: 4 * gib, onDisk: gib, modifiedAt: 1 },
  },
)

describe('a change in the history', () => {
  it.each(changeKind.options)('has words for %s', (kind) => {
    const request = { kind, parameters: {} }
    expect(requestWords(request)).toMatch(/^[A-Z]/)
    expect(kindWords(kind).doing).toMatch(/ing\b/)
  })

  it('shows its options, what came of it, and the file before and after', () => {
    expect(resultFacts(compacted, undefined, 'binary')).toMatchObject([
      { label: 'Options', value: '--mode punch --no-verify --unsafe-buffering' },
      { label: 'Moved', value: '1 GiB' },
      { label: 'Clusters', value: '1,200' },
      { label: 'Proof', value: 'skipped' },
      { label: 'File length', value: '4 GiB' },
      { label: 'On disk', value: '1 GiB', before: '3 GiB' },
    ])
  })

  it('is not compared with an earlier one of its kind', () => {
    const moved = resultFacts(compacted, compacted, 'binary').find(({ label }) => label === 'Moved')
    expect(moved).toBeDefined()
    expect(moved).not.toHaveProperty('before')
  })

  it('can be copied as a command when its only file is the image', () => {
    expect(commandOf(compacted)).toEqual([
      'platter',
      'compact',
      '--mode',
      'punch',
      '--no-verify',
      '--unsafe-buffering',
      '/vm/disk.qcow2',
    ])
    const allowed = changed({ kind: 'repair', parameters: { allow: ['one', 'two'] } })
    expect(commandOf(allowed)?.join(' ')).toBe(
      'platter repair --allow one --allow two /vm/disk.qcow2',
    )
    expect(commandOf(changed({ kind: 'encode', parameters: {} }))).toBeUndefined()
  })

  it('names the format in the command where a person had said that the file is a raw disk', () => {
    const raw = { treatedAsRaw: true, imagePath: '/vm/volume.bin' } as const
    const said = (request: Job['request']): string | undefined =>
      commandOf({ ...raw, request })?.join(' ')
    expect(said({ kind: 'resize', parameters: { size: 4096 } })).toBe(
      'platter resize --format raw --size 4096 /vm/volume.bin',
    )
    expect(said({ kind: 'compact', parameters: { mode: 'zeroes' } })).toBe(
      'platter discard --format raw /vm/volume.bin',
    )
    expect(said({ kind: 'hash', algorithm: 'sha256', target: 'content' })).toBe(
      'platter sha --format raw /vm/volume.bin',
    )
    expect(said({ kind: 'map' })).toBe('platter map --format raw /vm/volume.bin')
  })

  it('cannot be started again from the window', () => {
    expect(repeatingOf(compacted)).toBeUndefined()
  })
})
