import type { Scenario } from './scene.ts'

/** A kind of story; the seed decides what happens in it. */
export interface ScenarioMaker {
  /** What goes on while the power is cut. */
  readonly name: string
  /** How much of its suite's share it judges, beside the others; default 1. Large disks take longer. */
  readonly weight?: number
  readonly make: (seed: number) => Scenario | Promise<Scenario>
}
