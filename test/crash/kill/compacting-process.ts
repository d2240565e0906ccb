/**
 * A process that compacts an image until it is done or killed: `node compacting-process.ts IMAGE MODE
 * none|whole proof|no-proof`: how far it looks for zeroes, and whether it hashes the content. Reports how
 * far it is on its standard output, synchronously, and at last the result.
 */
import { nodeHost } from '../../../core/io/node-host.ts'
import { compactImage } from '../../../core/operations/compact.ts'
import { planCompact } from '../../../core/operations/plan-compact.ts'
import { formatLine, modeOf } from './compacting-lines.ts'
import { tellNow } from './tell-now.ts'

const [image = '', mode = '', scan = '', proof = ''] = process.argv.slice(2)

const plan = await planCompact(nodeHost, image, { scan: scan === 'whole' ? 'whole' : 'none' })
const result = await compactImage(nodeHost, image, plan, {
  mode: modeOf(mode),
  verify: proof === 'proof',
  onProgress: (progress) => tellNow(formatLine({ kind: 'progress', progress })),
})
tellNow(formatLine({ kind: 'result', result }))
