import { crashSuite } from './crash-suite.ts'
import { keepingScenarios } from './scenarios/keeping.ts'

crashSuite('keeping', keepingScenarios)
