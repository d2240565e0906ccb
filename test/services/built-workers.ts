/**
 * The workers of the services as the product has them, bundled: a thread that strips the types of the whole engine takes
 * five times the processor time of one that does not, and these tests start threads by the hundred.
 */
import { builtPrograms } from '../helpers/built-programs.ts'

const { file } = await builtPrograms()

export const engineWorker = file('main/jobs/engine-worker.ts')
export const scanWorker = file('main/images/scan-worker.ts')

export const scriptedEngineWorker = file('test/services/workers/scripted-engine-worker.ts')
export const scriptedScanWorker = file('test/services/workers/scripted-scan-worker.ts')
export const killingEngineWorker = file('test/services/workers/killing-engine-worker.ts')
