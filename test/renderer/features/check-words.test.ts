import { describe, expect, test } from 'vitest'
import type { CheckResult, Finding } from '../../../ipc/schemas/check.ts'
import type { Job } from '../../../ipc/schemas/job.ts'
import { checkAsText, placesOf } from '../../../renderer/features/check/check-text.ts'
import { groupFindings } from '../../../renderer/features/check/group-findings.ts'
import { outcomeBadge, outcomeOf, outcomeWords } from '../../../renderer/features/batch/outcome.ts'
import { healthWords } from '../../../renderer/features/library/health-words.ts'
import { verdictWords } from '../../../renderer/features/check/verdict-words.ts'
import { commandOf } from '../../../renderer/features/jobs/command-of.ts'
import { requestWords } from '../../../renderer/features/jobs/job-words.ts'
import { resultFacts } from '../../../renderer/features/jobs/result-facts.ts'

const finding = (change: Partial<Finding>): Finding => ({
  kind: 'leak',
  harm: 'space',
  rule: 'leaked-cluster',
  structure: 'refcount block',
  count: 1,
  text: 'A cluster is counted as used and nothing uses it.',
  ...change,
})
const leak = finding({ offset: 0x20400, count: 37 })
const lost = finding({
  kind: 'corruption',
  harm: 'data',
  structure: 'L2 table',
  offset: 0x80000,
  reference: { structure: 'L1 table', offset: 0x30008 },
  guest: { start: 0x10000, length: 0x10000 },
  snapshot: { id: '1', name: 'clean install' },
  text: 'Two guest ranges use the same cluster.',
})
const clean: CheckResult = {
  path: '/srv/vm/web01.qcow2',
  format: 'qcow2',
  verdict: 'clean',
  health: 'healthy',
  corruptions: 0,
  leaks: 0,
  checkErrors: 0,
  warnings: 0,
  leakedBytes: 0,
  clusters: { total: 100, allocated: 40, fragmented: 0, compressed: 0 },
  imageEndOffset: 65_536 * 50,
  clusterSize: 65_536,
  findings: [],
  findingsOmitted: 0,
  live: false,
  bytesRead: 100,
}
const damaged: CheckResult = {
  ...clean,
  verdict: 'corrupt',
  health: 'damaged',
  corruptions: 1,
  leaks: 37,
  leakedBytes: 37 * 65_536,
  findings: [leak, lost],
  findingsOmitted: 3,
}
const checked = (check: CheckResult, change: Partial<Job> = {}): Job => ({
  id: 'a',
  request: { kind: 'check', depth: 'metadata' },
  imageId: 1,
  imageName: 'web01.qcow2',
  imagePath: check.path,
  state: 'succeeded',
  actor: 'desktop',
  queuedAt: 0,
  result: { kind: 'check', check },
  engineVersion: '0.1.0',
  ...change,
})

describe('findings', () => {
  test('are grouped by harm, the worst first, and count what they stand for', () => {
    const groups = groupFindings([leak, lost, leak])
    expect(groups.map(({ harm, count }) => [harm, count])).toEqual([
      ['data', 1],
      ['space', 74],
    ])
  })

  test('say where they lie: offset, reference, guest range and snapshot', () => {
    expect(placesOf(lost, 'binary')).toEqual([
      'L2 table at 0x80000',
      'named by L1 table at 0x30008',
      'guest range 0x10000 – 0x20000 (64 KiB)',
      'snapshot “clean install”',
    ])
    expect(placesOf(leak, 'binary')).toEqual(['refcount block at 0x20400', '37 clusters'])
  })

  test('are copied with the verdict, what to do, and how many are not listed', () => {
    const text = checkAsText(damaged, 'binary')
    expect(text).toContain('/srv/vm/web01.qcow2\nDamaged: data may be lost. 1 corruption and 37')
    expect(text).toContain('snapshot “clean install”')
    expect(text).toContain('3 more findings of the less harmful kinds are counted but not listed.')
    expect(text).not.toMatch(/undefined|NaN/)
  })
})

describe('verdicts', () => {
  test.each([
    ['clean', clean, 'No problems found', 'good'],
    ['leaks', { ...clean, verdict: 'leaks', health: 'leaks', leaks: 2 }, 'Wasted space', 'warn'],
    ['repair', { ...damaged, health: 'needs-repair' }, 'Needs repair', 'bad'],
    ['damage', damaged, 'Damaged', 'bad'],
    ['incomplete', { ...clean, verdict: 'incomplete', checkErrors: 1 }, 'could not read', 'bad'],
  ] as const)('%s is said in words with a tone', (_name, check, title, tone) => {
    const words = verdictWords(check, 'binary')
    expect(words.title).toContain(title)
    expect(words.tone).toBe(tone)
    expect(Object.values(words).join(' ')).not.toMatch(/undefined|NaN/)
  })

  test('harm that only our own rules see is not called zero corruptions', () => {
    const words = verdictWords({ ...damaged, corruptions: 0, leaks: 0, warnings: 2 }, 'binary')
    expect(words.detail).toBe('2 problems that QEMU does not count.')
  })
})

describe('outcomes of a batch', () => {
  const { result: _, ...without } = checked(clean)
  test.each([
    ['ok', checked(clean)],
    ['leaks', checked({ ...clean, health: 'leaks' })],
    ['damaged', checked(damaged)],
    ['needs-repair', checked({ ...damaged, health: 'needs-repair' })],
    ['unreadable', { ...without, state: 'failed' }],
    ['cancelled', { ...without, state: 'interrupted' }],
    ['running', { ...without, state: 'running' }],
    ['paused', { ...without, state: 'paused' }],
    ['open', { ...without, state: 'queued' }],
  ] as const)('%s', (outcome, job) => {
    expect(outcomeOf(job)).toBe(outcome)
  })

  test.each(['damaged', 'needs-repair', 'leaks'] as const)(
    'a counter says %s in the word of the library',
    (health) => {
      expect(outcomeWords(health, 'check').word).toBe(healthWords(health).word)
      expect(outcomeBadge(checked({ ...damaged, health })).word).toBe(healthWords(health).word)
    },
  )

  test('a counter says of what cannot be read what the library says', () => {
    expect(outcomeWords('unreadable', 'check').word).toBe(healthWords('cannot-read').word)
  })

  test('the badge is as exact as in the library', () => {
    expect(outcomeBadge(checked({ ...damaged, health: 'needs-repair' })).word).toBe('Needs repair')
    expect(outcomeBadge({ ...without, state: 'running' }).word).toBe('Checking')
  })
})

describe('a job in the history', () => {
  test('shows its numbers beside what they were the last time', () => {
    const facts = resultFacts(checked(damaged), checked(clean), 'binary')
    expect(facts.find(({ label }) => label === 'Leaked clusters')).toEqual({
      label: 'Leaked clusters',
      value: '37',
      before: '0',
    })
    expect(facts.find(({ label }) => label === 'Clusters in use')?.before).toBeUndefined()
  })

  test('gives the command that does the same', () => {
    expect(commandOf(checked(clean, { request: { kind: 'check', depth: 'full' } }))).toEqual([
      'platter',
      'check',
      '--deep',
      '/srv/vm/web01.qcow2',
    ])
    const request = { kind: 'hash', algorithm: 'sha1', target: 'file' } as const
    expect(commandOf(checked(clean, { request }))).toEqual([
      'platter',
      'sha',
      '--algorithm',
      'sha1',
      '--file',
      '/srv/vm/web01.qcow2',
    ])
    expect(requestWords(request)).toBe('SHA-1 of the file')
  })
})
