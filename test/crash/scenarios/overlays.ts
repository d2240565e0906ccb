import type { ScenarioMaker } from '../scenario-maker.ts'
import { writing } from './writing.ts'

/** Guests that write above a backing file: parts of clusters are copied up, zeroes must hide what is below. */
export const overlayScenarios: readonly ScenarioMaker[] = [
  writing({
    name: 'a guest that writes above a shorter backing file',
    image: (random) => ({ clusterBits: 10, clusters: 24, backingClusters: 1 + random.below(23) }),
  }),
  writing({
    name: 'a guest that writes above a longer backing file',
    image: () => ({ clusterBits: 11, clusters: 16, backingClusters: 30 }),
  }),
  writing({
    name: 'a guest that writes above a backing file, in version 2',
    image: (random) => ({
      version: 2,
      clusterBits: 10,
      clusters: 24,
      backingClusters: 1 + random.below(30),
    }),
  }),
  writing({
    name: 'a guest that writes to subclusters above a backing file',
    image: (random) => ({
      extendedL2: true,
      clusterBits: 14,
      clusters: 4,
      backingClusters: 1 + random.below(4),
    }),
    actions: 10,
    visits: 1,
  }),
]
