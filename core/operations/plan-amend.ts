import { pow2 } from '../base/bits.ts'
import { throwIfAborted } from '../base/abort.ts'
import { hasBit } from '../base/word64.ts'
import { ImageError } from '../errors/image-error.ts'
import type { Environment } from '../image/environment.ts'
import type { OperationContext } from '../progress.ts'
import { isIncomplete } from '../qcow2/amend/complete-snapshots.ts'
import { countHighRefcounts } from '../qcow2/amend/count-high-refcounts.ts'
import { notInVersion2 } from '../qcow2/amend/not-in-version-2.ts'
import { planRelay, readFirstCluster } from '../qcow2/amend/relay-header.ts'
import { areaOfVersion } from '../qcow2/amend/version-header.ts'
import { countZeroFlags } from '../qcow2/amend/zero-flags.ts'
import { MAX_REFCOUNT_ORDER, V2_REFCOUNT_ORDER } from '../qcow2/format/constants.ts'
import { compatible, hasIncompatible } from '../qcow2/format/features.ts'
import type { HeaderArea } from '../qcow2/format/header-area.ts'
import { readHeaderArea } from '../qcow2/header-file.ts'
import { readSnapshots } from '../qcow2/snapshots.ts'
import type { BlockFile } from '../storage/block-file.ts'
import type {
  AmendableOptions,
  AmendContext,
  AmendOptions,
  AmendPlan,
  AmendStep,
} from './amend-plan.ts'
import { stampOf } from './image-stamp.ts'
import { requireQcow2 } from './require-qcow2.ts'

/**
 * What changing these options takes; changes nothing. Becoming version 2 (or leaving it) reads every L2
 * table, narrower refcounts every refcount block. Throws `amend-not-possible`, `amend-invalid`,
 * `amend-needs-version-3`, `amend-not-in-version-2`, `amend-refcounts-too-high`, `amend-no-room`,
 * `image-corrupt`, and what makes a header unreadable.
 */
export async function planAmend(
  host: Environment,
  path: string,
  options: AmendOptions,
  { format, ...context }: Omit<AmendContext, 'stamp'> = {},
): Promise<AmendPlan> {
  try {
    throwIfAborted(context.signal)
    await using file = await host.openFile(path)
    requireQcow2(file, format, 'amend-not-possible')
    return await planFor(file, readHeaderArea(file), options, context)
  } catch (error) {
    throw ImageError.from(error, { path })
  }
}

/** As `planAmend`, of an open file. */
export async function planFor(
  file: BlockFile,
  area: HeaderArea,
  options: AmendOptions,
  context: OperationContext,
): Promise<AmendPlan> {
  const { header } = area
  if (hasIncompatible(header.incompatibleFeatures, 'corrupt')) {
    throw new ImageError('image-corrupt')
  }
  const before = amendableOptionsOf(area)
  const after = wantedOptions(before, options)
  const isDirty = hasIncompatible(header.incompatibleFeatures, 'dirty')
  const steps: AmendStep[] = isDirty ? [{ kind: 'rebuild-refcounts' }] : []

  const newVersion = after.version === before.version ? undefined : after.version
  if (newVersion !== undefined) {
    planRelay(readFirstCluster(file, area), area, areaOfVersion(area, newVersion))
    steps.push(...(await planContent(file, area, newVersion, context)))
  }
  const version: AmendStep[] =
    newVersion === undefined ? [] : [{ kind: 'version', from: before.version, to: newVersion }]
  const width = await planWidth(file, area, { before, after, isDirty }, context)
  // Only version 3 has other widths than 16 bits.
  steps.push(...(newVersion === 3 ? [...version, ...width] : [...width, ...version]))
  // Version 2 has no such bit: it goes with the version.
  if (after.lazyRefcounts !== before.lazyRefcounts && after.version === 3) {
    steps.push({ kind: 'lazy-refcounts', to: after.lazyRefcounts })
  }
  return { path: file.name, before, after, steps, stamp: stampOf(file) }
}

function amendableOptionsOf({ header, geometry }: HeaderArea): AmendableOptions {
  return {
    version: header.version,
    lazyRefcounts: hasBit(header.compatibleFeatures, compatible.lazyRefcounts),
    refcountBits: geometry.refcountBits,
  }
}

function wantedOptions(before: AmendableOptions, options: AmendOptions): AmendableOptions {
  const { version = before.version } = options
  const order = Math.log2(options.refcountBits ?? before.refcountBits)
  if (!Number.isInteger(order) || order < 0 || order > MAX_REFCOUNT_ORDER) {
    throw new ImageError('amend-invalid', {
      field: 'refcount width',
      found: String(options.refcountBits),
      expected: '1, 2, 4, 8, 16, 32 or 64 bits',
    })
  }
  if (version === 3) {
    const { lazyRefcounts = before.lazyRefcounts } = options
    return { version, lazyRefcounts, refcountBits: pow2(order) }
  }
  if (options.lazyRefcounts === true) {
    throw new ImageError('amend-needs-version-3', { feature: 'Having lazy refcounts' })
  }
  if (options.refcountBits !== undefined && order !== V2_REFCOUNT_ORDER) {
    const feature = 'A refcount width other than 16 bits'
    throw new ImageError('amend-needs-version-3', { feature })
  }
  return { version, lazyRefcounts: false, refcountBits: pow2(V2_REFCOUNT_ORDER) }
}

/** What tables have to say in another way in the other version. */
async function planContent(
  file: BlockFile,
  area: HeaderArea,
  newVersion: 2 | 3,
  context: OperationContext,
): Promise<AmendStep[]> {
  const { geometry } = area
  const none = { plain: 0, allocated: 0 }
  const zeroes = geometry.hasSubclusters ? none : await countZeroFlags(file, area, context)
  if (newVersion === 3) {
    if (zeroes.plain + zeroes.allocated > 0) {
      // In version 2 the bit is reserved; as a flag it would make content read as zeroes.
      throw new ImageError('structure-damaged', {
        structure: 'L2 table entry',
        found: 'a zero flag in an image of version 2',
      })
    }
    const snapshots = readSnapshots(file, area.header).filter(isIncomplete).length
    return snapshots === 0 ? [] : [{ kind: 'complete-snapshots', snapshots }]
  }
  const features = notInVersion2(file, area, zeroes)
  if (features.length > 0) {
    throw new ImageError('amend-not-in-version-2', { feature: features.join(', ') })
  }
  const clusters = zeroes.plain + zeroes.allocated
  if (clusters === 0) return []
  const writtenPlain = area.backingName === undefined ? 0 : zeroes.plain
  const written = writtenPlain + zeroes.allocated
  const newBytes = writtenPlain * geometry.clusterSize
  return [{ kind: 'expand-zero-clusters', clusters, written, newBytes }]
}

interface WidthChange {
  readonly before: AmendableOptions
  readonly after: AmendableOptions
  /** The stored refcounts say nothing yet. */
  readonly isDirty: boolean
}

async function planWidth(
  file: BlockFile,
  area: HeaderArea,
  { before, after, isDirty }: WidthChange,
  context: OperationContext,
): Promise<AmendStep[]> {
  const [from, to] = [before.refcountBits, after.refcountBits]
  if (from === to) return []
  if (to < from && !isDirty) {
    const limit = pow2(to) - 1
    const found = await countHighRefcounts(file, area, limit, context)
    if (found > 0) throw new ImageError('amend-refcounts-too-high', { found, limit, expected: to })
  }
  return [{ kind: 'refcount-width', from, to }]
}
