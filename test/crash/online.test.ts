import { crashSuite } from './crash-suite.ts'
import { onlineScenarios } from './scenarios/online.ts'

crashSuite('online', onlineScenarios)
