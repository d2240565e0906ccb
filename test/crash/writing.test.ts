import { crashSuite } from './crash-suite.ts'
import { writingScenarios } from './scenarios/writing.ts'

crashSuite('writing', writingScenarios)
