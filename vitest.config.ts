import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

const testsIn = (...folders: readonly string[]): string[] =>
  folders.flatMap((folder) => [`test/${folder}/**/*.test.ts`, `test/${folder}/**/*.test.tsx`])

/** Tests that watch the memory of their process, start hosts, are about the process itself, or keep state in modules. */
const alone = testsIn('cli', 'e2e', 'fuzz', 'packaging', 'renderer')

export default defineConfig({
  test: {
    // Vitest leaves one core alone, which is half of a machine with two; much of a test is waiting for qemu-img.
    maxWorkers: availableParallelism(),
    projects: [
      {
        extends: true,
        test: {
          name: 'together',
          include: ['test/**/*.test.ts', 'test/**/*.test.tsx'],
          exclude: alone,
          testTimeout: 30_000,
          // One process for many files: loading the engine anew for each costs more than most of them do.
          isolate: false,
        },
      },
      { extends: true, test: { name: 'alone', include: alone, testTimeout: 30_000 } },
    ],
  },
})
