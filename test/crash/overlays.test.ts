import { crashSuite } from './crash-suite.ts'
import { overlayScenarios } from './scenarios/overlays.ts'

crashSuite('overlays', overlayScenarios)
