import { crashSuite } from './crash-suite.ts'
import { amendingScenarios } from './scenarios/amending.ts'

crashSuite('amending', amendingScenarios)
