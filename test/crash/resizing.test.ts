import { crashSuite } from './crash-suite.ts'
import { resizingScenarios } from './scenarios/resizing.ts'

crashSuite('resizing', resizingScenarios)
