import { crashSuite } from './crash-suite.ts'
import { creatingScenarios } from './scenarios/creating.ts'

crashSuite('creating', creatingScenarios)
