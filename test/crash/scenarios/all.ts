import type { ScenarioMaker } from '../scenario-maker.ts'
import { amendingScenarios } from './amending.ts'
import { inPlaceScenarios, punchScenarios, rewritingScenarios } from './compacting.ts'
import { compressedScenarios } from './compressed.ts'
import { creatingScenarios } from './creating.ts'
import { goingOnScenarios } from './going-on.ts'
import { growingScenarios } from './growing.ts'
import { keepingScenarios } from './keeping.ts'
import { onlineScenarios } from './online.ts'
import { overlayScenarios } from './overlays.ts'
import { partitionedScenarios, rawPartitionedScenarios } from './partitioned.ts'
import { relinkingScenarios } from './relinking.ts'
import { repairingScenarios } from './repairing.ts'
import { resizingScenarios } from './resizing.ts'
import { snapshotScenarios } from './snapshots.ts'
import { writingScenarios } from './writing.ts'

/** Every kind of story: what `npm run crash` tells. */
export const allScenarios: readonly ScenarioMaker[] = [
  ...creatingScenarios,
  ...writingScenarios,
  ...overlayScenarios,
  ...compressedScenarios,
  ...growingScenarios,
  ...snapshotScenarios,
  ...keepingScenarios,
  ...relinkingScenarios,
  ...resizingScenarios,
  ...partitionedScenarios,
  ...rawPartitionedScenarios,
  ...amendingScenarios,
  ...repairingScenarios,
  ...goingOnScenarios,
  ...inPlaceScenarios,
  ...punchScenarios,
  ...rewritingScenarios,
  ...onlineScenarios,
]
