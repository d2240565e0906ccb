import { ImageError } from '../errors/image-error.ts'
import type { ExchangingEnvironment } from '../image/environment.ts'
import { virtualSizeOf } from '../qcow2/create/settings.ts'
import { geometryFor } from '../qcow2/encode/image-plan.ts'
import { layOutStream } from '../qcow2/encode/stream-layout.ts'
import type { EncodeOptions } from './encode-options.ts'
import type { EncodePlan } from './encode-result.ts'
import { encodedFacts, encodeSettings, pieceOptions } from './encode-settings.ts'
import { openEncodeSource } from './encode-source.ts'
import { findDataClusters } from './find-data-clusters.ts'
import type { Host } from './host.ts'
import { outputTarget } from './output-target.ts'

export interface PlanEncodeOptions extends EncodeOptions {
  /** Where the image would go; undefined: that is not looked at. */
  readonly target?: { readonly path: string; readonly overwrite?: boolean | undefined } | undefined
}

/**
 * What encoding a file would come to: its data is looked at, nothing is written. Exact unless it is
 * compressed. Throws what `encodeImage` throws before it writes.
 */
export async function planEncode(
  host: Host & ExchangingEnvironment,
  path: string,
  { target, ...options }: PlanEncodeOptions = {},
): Promise<EncodePlan> {
  const { compression = 'none' } = options
  const settings = encodeSettings(options)
  if (target !== undefined) await outputTarget(host, target.path, target.overwrite ?? false)
  try {
    await using opened = await openEncodeSource(host, path, options)
    const { content } = opened
    const virtualSize = virtualSizeOf(content.length, settings)
    const geometry = geometryFor(settings, virtualSize)
    const { clusters } = await findDataClusters(
      content,
      geometry,
      pieceOptions(settings, options),
      options,
    )
    const { fileLength } = layOutStream(path, geometry, clusters)
    return {
      ...encodedFacts(settings, virtualSize, options),
      source: opened.path,
      sourceFormat: opened.format,
      dataClusters: clusters.size,
      fileLength,
      isExact: compression === 'none',
      bytesRead: opened.bytesRead(),
    }
  } catch (error) {
    throw error instanceof ImageError ? error.with({ path }) : error
  }
}
