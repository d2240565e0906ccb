/** A thread whose tasks are hard to end: one never answers, one never lets go, one loads a native library. */
import { parentPort } from 'node:worker_threads'
import { loadLinuxLibrary } from '../../../../core/io/linux-library.ts'
import { serveTasks } from '../../../../main/workers/serve-tasks.ts'

interface Task {
  readonly input: undefined
  readonly output: undefined
  /** Told when it has begun. */
  readonly event: 'begun'
}

export type AwkwardTasks = {
  readonly [Name in 'answer' | 'neverAnswer' | 'neverLetGo' | 'loadLibrary']: Task
}

if (parentPort !== null) {
  serveTasks<AwkwardTasks>(
    () => ({
      answer: () => Promise.resolve(undefined),
      neverAnswer: async (_, context) => {
        await context.emit('begun')
        return await new Promise(() => undefined)
      },
      neverLetGo: async (_, context) => {
        await context.emit('begun')
        for (;;) if (performance.now() < 0) return undefined
      },
      loadLibrary: (_, context) => {
        void context.emit('begun')
        loadLinuxLibrary()
        return Promise.resolve(undefined)
      },
    }),
    parentPort,
  )
}
