import { crashSuite } from './crash-suite.ts'
import { compressedScenarios } from './scenarios/compressed.ts'

crashSuite('compressed', compressedScenarios)
