import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts', 'test/**/*.test.tsx'],
    testTimeout: 30_000,
    // Vitest leaves one core alone, which is half of a machine with two; much of a test is waiting for qemu-img.
    maxWorkers: availableParallelism(),
  },
})
