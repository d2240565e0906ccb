import { crashSuite } from './crash-suite.ts'
import { goingOnScenarios } from './scenarios/going-on.ts'

crashSuite('goingOn', goingOnScenarios)
