import { createEngine, type Engine } from '../../core/index.ts'

/** The engine of this process. */
export const engine: Engine = createEngine()
