import { crashSuite } from './crash-suite.ts'
import { growingScenarios } from './scenarios/growing.ts'

crashSuite('growing', growingScenarios)
