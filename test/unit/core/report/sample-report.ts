import {
  ImageError,
  type BatchReport,
  type CheckResult,
  type Finding,
} from '../../../../core/index.ts'

export const finding = (changes: Partial<Finding> = {}): Finding => ({
  kind: 'corruption',
  harm: 'data',
  rule: 'refcount-too-low',
  structure: 'data cluster',
  offset: 0x50000,
  reference: { structure: 'L2 table', offset: 0x40008 },
  guest: { start: 0x10000, length: 0x10000 },
  snapshot: undefined,
  count: 1,
  text: 'The cluster at 0x50000 is used 2 times but counted once.',
  ...changes,
})

export const checkResult = (changes: Partial<CheckResult> = {}): CheckResult => ({
  path: '/srv/vm/web.qcow2',
  format: 'qcow2',
  verdict: 'clean',
  health: 'healthy',
  corruptions: 0,
  leaks: 0,
  checkErrors: 0,
  warnings: 0,
  leakedBytes: 0,
  clusters: { total: 320_000, allocated: 20_480, fragmented: 512, compressed: 0 },
  imageEndOffset: 1_342_177_280,
  clusterSize: 65_536,
  findings: [],
  findingsOmitted: 0,
  live: false,
  bytesRead: 1_048_576,
  ...changes,
})

/** One image of every outcome, with names that would break a careless writer. */
export function sampleReport(): BatchReport {
  return {
    title: '/srv/vm',
    startedAt: Date.UTC(2026, 2, 1, 14, 5, 9),
    endedAt: Date.UTC(2026, 2, 1, 14, 5, 21),
    engineVersion: '0.1.0',
    depth: 'metadata',
    entries: [
      { kind: 'checked', path: '/srv/vm/web.qcow2', result: checkResult(), durationMs: 12 },
      {
        kind: 'checked',
        path: '/srv/vm/build agents/ci-01.qcow2',
        result: checkResult({
          verdict: 'leaks',
          health: 'leaks',
          leaks: 37,
          leakedBytes: 37 * 65_536,
          findings: [
            finding({
              kind: 'leak',
              harm: 'space',
              rule: 'refcount-too-high',
              count: 37,
              guest: undefined,
              reference: undefined,
              text: '2.3 MiB from 0x50000 on are wasted (37 leaked clusters).',
            }),
          ],
        }),
        durationMs: 240,
      },
      {
        kind: 'checked',
        path: '/srv/vm/db "primary", <old>.qcow2',
        result: checkResult({
          verdict: 'corrupt',
          health: 'damaged',
          corruptions: 2,
          warnings: 1,
          live: true,
          findings: [
            finding(),
            finding({ snapshot: { id: '3', name: '<script>alert(1)</script>' } }),
            finding({
              kind: 'warning',
              rule: 'data-past-end-of-file',
              text: 'Guest bytes 0x10000 to 0x20000 lie past the end of the file.',
            }),
          ],
          findingsOmitted: 4,
        }),
        durationMs: 95,
      },
      {
        kind: 'failed',
        path: '/srv/vm/=cmd|calc.qcow2',
        error: new ImageError('file-empty', { path: '/srv/vm/=cmd|calc.qcow2' }).toJSON(),
        durationMs: 1,
      },
      { kind: 'skipped', path: '=HYPERLINK("x").raw', reason: 'disk.raw has nothing to check.' },
      { kind: 'cancelled', path: '/srv/vm/last.qcow2' },
    ],
  }
}
