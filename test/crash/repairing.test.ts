import { crashSuite } from './crash-suite.ts'
import { repairingScenarios } from './scenarios/repairing.ts'

crashSuite('repairing', repairingScenarios)
