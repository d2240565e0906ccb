import { ImageError } from '../../../core/index.ts'
import type { Contract } from '../../../ipc/contract.ts'
import type { Handlers } from '../../../ipc/procedure.ts'
import { findAllocation } from '../../history/allocations.ts'
import type { ReadableDb } from '../../history/db.ts'
import { isStale } from '../../images/library-image.ts'
import type { Library } from '../../images/library.ts'
import type { EngineHost } from '../../jobs/engine-host.ts'

type Names = Extract<keyof Contract, `images.${string}`>

export interface ImageHandlerParts {
  readonly db: ReadableDb
  readonly library: Library
  /** Answers windows at once; jobs have a host of their own. */
  readonly host: EngineHost
}

export function imageHandlers({
  db,
  library,
  host,
}: ImageHandlerParts): Pick<Handlers<Contract>, Names> {
  return {
    'images.info': async ({ imageId, withClusters }, { signal }) => {
      const image = await library.toOpen(imageId)
      return host.run('info', { ...image, clusters: withClusters }, { signal })
    },
    'images.allocation': ({ imageId }) => {
      const { header } = library.image(imageId)
      const stored = findAllocation(db, imageId)
      if (stored === undefined) return { stale: false }
      const { summary, mappedAt, file } = stored
      return {
        summary: { ...summary, shares: { ...summary.shares }, totals: { ...summary.totals } },
        stale: isStale(file, header),
        mappedAt,
      }
    },
    'images.disk': async () => {
      throw new ImageError('not-in-this-shell', { feature: 'This', expected: 'the next version' })
    },
    'images.snapshots': async () => {
      throw new ImageError('not-in-this-shell', { feature: 'This', expected: 'the next version' })
    },
    'images.saveChecksum': async () => {
      throw new ImageError('not-in-this-shell', { feature: 'This', expected: 'the next version' })
    },
    'images.extents': async ({ imageId, from, limit }, { signal }) => {
      const image = await library.toOpen(imageId)
      const { extents, nextFrom } = await host.run('extents', { ...image, from, limit }, { signal })
      return { extents: [...extents], nextFrom }
    },
  }
}
