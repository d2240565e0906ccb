import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

const testsIn = (...folders: readonly string[]): string[] =>
  folders.flatMap((folder) => [`test/${folder}/**/*.test.ts`, `test/${folder}/**/*.test.tsx`])

/** Tests that watch the memory of their process, start hosts, are about the process itself, or keep state in modules. */
const alone = testsIn('cli', 'e2e', 'fuzz', 'packaging', 'renderer')

/**
 * Left to `npm run test:all` (tools/test.mjs), or to whoever names them: the command line verb by verb, which the
 * transcripts show as well, over an engine that has tests of its own; what kills whole programs at work; what judges
 * the tools of the tests themselves, and images made to take long.
 */
const onlyInAll = [
  'test/cli/seed-defects/**',
  ...[
    'amend',
    'bad-input',
    'batches',
    'compact',
    'create',
    'decode',
    'dehydrate',
    'full-disk',
    'mapped',
    'names',
    'own-source',
    'pattern',
    'permissions',
    'read',
    'repair',
    'resize',
    'snapshot',
    'stopping',
    'undo',
    'write',
  ].map((name) => `test/cli/${name}.test.ts`),
  'test/crash/{harness,kill,compacting-killed}.test.ts',
  'test/interop/core/qcow2/compact/worst-cases.test.ts',
  'test/services/interrupted-places.test.ts',
  'test/e2e/killed-host.test.ts',
]
const left = process.env['PLATTER_TESTS_PART'] === '1' ? onlyInAll : []

/** Flows of the window first: they take longest, and their waiting leaves time to the others beside them. */
class FlowsFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => (moduleId.includes('/e2e/') ? 0 : 1)
    const sorted = await super.sort(files)
    return sorted.toSorted((one, other) => rank(one) - rank(other))
  }
}

export default defineConfig({
  test: {
    sequence: { sequencer: FlowsFirst },
    setupFiles: ['test/helpers/bytes-equality.ts'],
    // Much of a test is waiting: for a window, for qemu-img, for a process that is killed.
    maxWorkers: availableParallelism() + 1,
    projects: [
      {
        extends: true,
        test: {
          name: 'together',
          include: ['test/**/*.test.ts', 'test/**/*.test.tsx'],
          exclude: [...alone, ...left],
          testTimeout: 30_000,
          // One process for many files: loading the engine anew for each costs more than most of them do.
          isolate: false,
        },
      },
      {
        extends: true,
        test: {
          name: 'alone',
          include: alone,
          exclude: left,
          testTimeout: 30_000,
          // What a window or a process comes to is waited for, on a machine that does other things as well.
          expect: { poll: { timeout: 10_000 } },
        },
      },
    ],
  },
})
