import { invariant } from '../base/assert.ts'
import type { ExchangingEnvironment } from '../image/environment.ts'
import type { OperationContext } from '../progress.ts'
import type { RewriteCompression } from '../qcow2/rewrite/rewrite-rules.ts'
import { readyToChange } from '../qcow2/ready-to-change.ts'
import { CountingWritableFile } from '../storage/counting-writable-file.ts'
import type { HeldImage } from './compact-hold.ts'
import { mustBeSound } from './compact-look.ts'
import type { FileExtent, ZeroScan } from './compact-plan.ts'
import { mustBeClean, mustBeSame, proveBefore, digestsOf, type Proof } from './compact-proof.ts'
import { exchangeTarget } from './exchange-target.ts'
import type { Host } from './host.ts'
import { rewriteAside } from './rewrite-aside.ts'
import { swapInPlaceOf } from './rewrite-swap.ts'

export interface RewriteTask extends OperationContext {
  /** The name that people know the image by; a symbolic link stays one. */
  readonly path: string
  readonly scan: ZeroScan
  readonly verify: boolean
  readonly compression: RewriteCompression
  readonly keepOriginalAs: string | undefined
}

export interface RewriteDone extends Proof {
  /** Of the new file. */
  readonly extent: FileExtent
  readonly keptAs: string | undefined
  /** Data clusters of the old file that were all zero and have no place in the new one. */
  readonly zeroBytes: number
  readonly bytesRead: number
  readonly bytesWritten: number
  readonly flushes: number
  readonly peakExtraBytes: number
}

/**
 * Writes a held image anew beside itself, compares the content of both, checks the new one, and only then
 * gives it the name. The old file is only read, but for refcounts that nobody wrote (dirty bit): those
 * are counted first.
 */
export async function compactByRewriting(
  host: Host & ExchangingEnvironment,
  held: HeldImage,
  { path, scan, verify, compression, keepOriginalAs, ...context }: RewriteTask,
): Promise<RewriteDone> {
  const { file } = held.image
  invariant(held.area !== undefined, 'the image is qcow2')
  // What stands against the exchange is said before hours of work, not after.
  await exchangeTarget(host, path, keepOriginalAs)
  const area = await readyToChange(file, context)
  await mustBeSound({ file, area }, context)
  const look = { findsZeroes: scan !== 'none', verify }
  const { before, zero } = await proveBefore(host, held, { file, area }, look, context)

  let counted: CountingWritableFile | undefined
  const counting: Host & ExchangingEnvironment = {
    ...host,
    createPrivateFile: async (name) => {
      counted = new CountingWritableFile(await host.createPrivateFile(name))
      return counted
    },
  }
  const source = { path, file, area }
  const isZero = zero && ((cluster: number) => zero.has(cluster))
  const options = { compression, isZero, keepOriginalAs, ...context }
  await using made = await rewriteAside(counting, source, options)
  await mustBeClean(made, { leaks: 0 }, context)
  const after = verify ? await digestsOf(host, held, made, { ...context, phase: 'hash-after' }) : []
  mustBeSame(file.name, { before, after })
  const { signal } = context
  const swapped = await swapInPlaceOf(counting, source, made, { signal })
  return {
    before,
    after,
    extent: swapped.after,
    keptAs: swapped.keptAs,
    zeroBytes: (zero?.size ?? 0) * area.geometry.clusterSize,
    bytesRead: counted?.bytesRead ?? 0,
    bytesWritten: counted?.bytesWritten ?? 0,
    flushes: counted?.flushes ?? 0,
    peakExtraBytes: swapped.after.allocatedBytes ?? swapped.after.fileLength,
  }
}
