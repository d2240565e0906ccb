import type { LookTasks } from './engine-host.ts'

/** Nothing is lost when their thread is ended. */
const looks: ReadonlySet<string> = new Set<keyof LookTasks>([
  'check',
  'hash',
  'map',
  'info',
  'use',
  'disk',
  'extents',
])
const lookGrace = 5_000

/**
 * How long a task that was told to stop is waited for, in milliseconds. A change that was told to stop may have to
 * complete, or to clean up what it made: ended with its thread it would leave what a crash leaves.
 */
export const patienceFor = (task: string): number | undefined =>
  looks.has(task) ? lookGrace : undefined
