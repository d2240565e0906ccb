import { crashSuite } from './crash-suite.ts'
import { inPlaceScenarios, punchScenarios, rewritingScenarios } from './scenarios/compacting.ts'

crashSuite('compacting', [...inPlaceScenarios, ...punchScenarios, ...rewritingScenarios])
