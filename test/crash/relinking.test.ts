import { crashSuite } from './crash-suite.ts'
import { relinkingScenarios } from './scenarios/relinking.ts'

crashSuite('relinking', relinkingScenarios)
