import { readFile, stat } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import {
  ImageError,
  type ReadingEngine,
  type HeaderSummary,
  type ReadOptions,
} from '../../../core/index.ts'

/**
 * An engine that does what the "image" file's text says, so that a test decides when work lasts, fails
 * or takes its thread down: `clean`, `leaks`, `damaged`, `refused`, `endless` (stops when it is told to),
 * `deaf` (does not), `patient` (can be paused; goes on until the file says something else), `crash`. Threads, files and messages around it are the real ones.
 */
export function scriptedEngine(): ReadingEngine {
  return {
    version: '9.9.9',
    summarizeHeader: (file) => summarize(file),
    readInfo: () => Promise.reject(new ImageError('unknown-format', { found: 'text' })),
    checkImage: (file, options) =>
      perform(file, options, (script) => {
        const leaks = script === 'leaks' ? 3 : 0
        const corruptions = script === 'damaged' ? 2 : 0
        return {
          path: file,
          format: 'qcow2',
          verdict: corruptions > 0 ? 'corrupt' : leaks > 0 ? 'leaks' : 'clean',
          health: corruptions > 0 ? 'damaged' : leaks > 0 ? 'leaks' : 'healthy',
          corruptions,
          leaks,
          checkErrors: 0,
          warnings: 0,
          leakedBytes: leaks * 65536,
          clusters: { total: 10, allocated: 4, fragmented: 1, compressed: 0 },
          imageEndOffset: 655360,
          clusterSize: 65536,
          findings: Array.from({ length: corruptions * 15 }, (_, index) => ({
            kind: 'corruption',
            harm: 'data',
            rule: 'scripted',
            structure: 'L2 table',
            offset: index * 512,
            reference: undefined,
            guest: undefined,
            snapshot: undefined,
            count: 1,
            text: 'A scripted finding.',
          })),
          findingsOmitted: 0,
          live: false,
          bytesRead: 4096,
        }
      }),
    async *mapImage(file) {
      const extent = { depth: 0, present: true, zero: false, data: true, compressed: false }
      const extents = [0, 512, 1024, 1536, 2048].map((start) => ({
        ...extent,
        start,
        length: 512,
        offset: start,
        filename: file,
      }))
      yield extents.slice(0, 3)
      yield extents.slice(3)
    },
    readDiskLayout: async () => ({
      virtualSize: 1024,
      table: undefined,
      partitions: [],
      wholeDisk: undefined,
      storedEnd: 512,
      contentEnd: 512,
      safeSize: 512,
      safeBecause: { kind: 'content' },
    }),
    summarizeAllocation: (file, options) =>
      perform(file, options, () => ({
        virtualSize: 1024,
        bucketBytes: 512,
        bucketCount: 2,
        shares: {
          data: '/wA=',
          compressed: 'AAA=',
          zero: 'AAA=',
          backing: 'AAA=',
          unallocated: 'AP8=',
        },
        totals: { data: 512, compressed: 0, zero: 0, backing: 0, unallocated: 512 },
        extentCount: 2,
      })),
    hashImage: (file, options) =>
      perform(file, options, () => ({
        path: file,
        algorithm: options?.algorithm ?? 'sha256',
        target: options?.target ?? 'content',
        digest: 'ab'.repeat(32),
        bytes: 1024,
        bytesRead: 512,
        live: false,
      })),
    readUse: () => Promise.resolve({ state: 'free', holders: [] }),
  }
}

async function perform<Result>(
  file: string,
  options: ReadOptions | undefined,
  result: (script: string) => Result,
): Promise<Result> {
  let script = (await readFile(file, 'utf8')).trim()
  options?.onProgress?.({ phase: 'data', done: 1, total: 2, unit: 'bytes' })
  if (script === 'refused') throw new ImageError('unknown-format', { path: file, found: 'text' })
  if (script === 'crash') process.exit(1)
  if (script === 'endless') {
    await new Promise((_resolve, reject) => {
      options?.signal?.addEventListener('abort', () => reject(new ImageError('cancelled')))
    })
  }
  if (script === 'deaf') await delay(600_000)
  while (script === 'patient') {
    options?.signal?.throwIfAborted()
    if (options?.pause?.isPaused === true) await options.pause.untilResumed(options.signal)
    await delay(2)
    script = (await readFile(file, 'utf8')).trim()
  }
  return result(script)
}

async function summarize(file: string): Promise<HeaderSummary> {
  const text = await readFile(file, 'utf8')
  const { dev, ino, size, blocks, mtimeMs, birthtimeMs } = await stat(file, { bigint: true })
  const format = file.endsWith('.raw') ? 'raw' : 'qcow2'
  const refused = text.trim() === 'refused'
  return {
    path: path.resolve(file),
    identity: `${dev}:${ino}`,
    fingerprint: `text ${text}`,
    format: refused ? undefined : format,
    formatLabel: refused ? 'unknown' : format,
    virtualSize: 1024,
    fileLength: Number(size),
    allocatedBytes: Number(blocks) * 512,
    modifiedAt: Number(mtimeMs),
    createdAt: Number(birthtimeMs),
    clusterSize: 65536,
    refcountBits: 16,
    compressionType: 'zlib',
    encryption: 'none',
    extendedL2: false,
    lazyRefcounts: false,
    dirty: false,
    corrupt: false,
    snapshotCount: 0,
    bitmapCount: 0,
    backing: undefined,
    use: { state: 'free', holders: [] },
    error: refused
      ? new ImageError('unknown-format', { path: file, found: 'text' }).toJSON()
      : undefined,
  }
}
