import { crashSuite } from './crash-suite.ts'
import { snapshotScenarios } from './scenarios/snapshots.ts'

crashSuite('snapshots', snapshotScenarios)
