import { crashSuite } from './crash-suite.ts'
import { partitionedScenarios } from './scenarios/partitioned.ts'

crashSuite('partitioned', partitionedScenarios)
