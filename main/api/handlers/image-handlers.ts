import { ImageError } from '../../../core/index.ts'
import type { Contract } from '../../../ipc/contract.ts'
import type { Handlers } from '../../../ipc/procedure.ts'
import type { Job } from '../../../ipc/schemas/job.ts'
import { findAllocation } from '../../history/allocations.ts'
import type { ReadableDb } from '../../history/db.ts'
import { goneBackOf } from '../../history/gone-back.ts'
import { findJob } from '../../history/jobs.ts'
import { isStale } from '../../images/library-image.ts'
import type { Library } from '../../images/library.ts'
import { saveChecksum } from '../../images/save-checksum.ts'
import { snapshotParents } from '../../images/snapshot-parents.ts'
import type { EngineHost } from '../../jobs/engine-host.ts'
import { readFileFacts } from '../../jobs/measured.ts'

type Names = Extract<keyof Contract, `images.${string}`>

export interface ImageHandlerParts {
  readonly db: ReadableDb
  readonly library: Library
  /** Answers windows at once; jobs have a host of their own. */
  readonly host: EngineHost
  /** For what reads every table. */
  readonly countingHost: EngineHost
}

export function imageHandlers({
  db,
  library,
  host,
  countingHost,
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
    'images.disk': async ({ imageId }, { signal }) =>
      host.run('disk', await library.toOpen(imageId), { signal }),
    'images.snapshots': async ({ imageId }, { signal }) => {
      const image = await library.locate(imageId)
      const { result: listed } = await countingHost.run(
        'listSnapshots',
        { ...image, usage: true },
        { signal },
      )
      const { parents, current } = snapshotParents(listed, goneBackOf(db, imageId, listed))
      return {
        snapshots: listed.map(({ id, name, createdAt, vmStateSize, diskSize, usage }) => ({
          id,
          name,
          createdAt,
          vmStateSize,
          diskSize,
          ...usage,
          parentId: parents.get(id),
        })),
        currentParentId: current,
      }
    },
    'images.saveChecksum': async ({ imageId, jobId }) => {
      const { path } = await library.locate(imageId)
      const job = findJob(db, jobId)
      if (job?.imageId !== imageId || job.result?.kind !== 'hash') {
        throw new ImageError('unknown-id', { field: 'checksum', id: jobId })
      }
      const { hash } = job.result
      // Programs that compare it read the file; a raw disk is its file.
      if (hash.target !== 'file' && library.image(imageId).header.format !== 'raw') {
        throw new ImageError('invalid-argument', {
          field: 'The checksum',
          expected: 'that of the file',
          found: 'that of the guest content',
        })
      }
      await mustBeOfNow(path, job)
      return { path: await saveChecksum(path, hash) }
    },
    'images.extents': async ({ imageId, from, limit }, { signal }) => {
      const image = await library.toOpen(imageId)
      const { extents, nextFrom } = await host.run('extents', { ...image, from, limit }, { signal })
      return { extents: [...extents], nextFrom }
    },
  }
}

/** A checksum that is true of what the file was would call the file that is there now damaged. */
async function mustBeOfNow(path: string, { fileAfter }: Job): Promise<void> {
  const { modifiedAt, length } = await readFileFacts(path)
  if (fileAfter?.length === length && Math.floor(fileAfter.modifiedAt) === Math.floor(modifiedAt)) {
    return
  }
  throw new ImageError('file-changed', {
    path,
    found: 'in another state',
    expected: 'as it was when its checksum was computed',
  })
}
