import type { Scenario } from './scene.ts'

/** A kind of story; the seed decides what happens in it. */
export interface ScenarioMaker {
  /** What goes on while the power is cut. */
  readonly name: string
  readonly make: (seed: number) => Scenario | Promise<Scenario>
}
