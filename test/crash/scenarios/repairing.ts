import { writing } from './writing.ts'
import type { ScenarioMaker } from '../scenario-maker.ts'

/** Images that need something done to them before anybody may write. */
export const repairingScenarios: readonly ScenarioMaker[] = [
  writing({
    name: 'an image that its last writer never closed',
    image: (random) => ({
      clusterBits: random.pick([9, 10]),
      dirty: true,
      lazyRefcounts: true,
      miscounted: random.below(30),
      compressed: true,
      refcountOrder: random.pick([1, 2, 3, 4, 5, 6]),
      ...(random.chance(0.3) ? { snapshots: ['before'], refcountOrder: 4 } : {}),
    }),
    actions: 3,
  }),
]
