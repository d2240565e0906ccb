import { stat } from 'node:fs/promises'
import { ImageError, throttled, type ReadingEngine, type Progress } from '../../core/index.ts'
import type { TaskContext, TaskHandlers } from '../workers/task.ts'
import type { EngineTasks, FileFacts, KnownImage, Measured } from './engine-host.ts'

/** What an engine worker does, for any engine. */
export function engineHandlers(engine: ReadingEngine): TaskHandlers<EngineTasks> {
  return {
    check: ({ depth, ...image }, context) =>
      measured(image, () =>
        engine.checkImage(image.path, { depth, links: image.links, ...watched(context) }),
      ),
    hash: ({ algorithm, target, ...image }, context) =>
      measured(image, () =>
        engine.hashImage(image.path, {
          algorithm,
          target,
          links: image.links,
          ...watched(context),
        }),
      ),
    map: (image, context) =>
      measured(image, () =>
        engine.summarizeAllocation(image.path, { links: image.links, ...watched(context) }),
      ),
    info: ({ path, links, clusters }, { signal }) =>
      engine.readInfo(path, { links, clusters, signal }),
    extents: async ({ path, links, from, limit }, { signal }) => {
      const extents = []
      for await (const batch of engine.mapImage(path, { links, from, signal })) {
        extents.push(...batch)
        // One more than asked for tells where the next page begins.
        const next = extents[limit]
        if (next !== undefined) return { extents: extents.slice(0, limit), nextFrom: next.start }
      }
      return { extents, nextFrom: undefined }
    },
  }
}

function watched(context: TaskContext<Progress>) {
  // At most ten a second, so there is nothing to wait for.
  return {
    signal: context.signal,
    onProgress: throttled((progress) => void context.emit(progress)),
  }
}

async function measured<Result>(
  { path, identity }: KnownImage,
  work: () => Promise<Result>,
): Promise<Measured<Result>> {
  const before = await readFacts(path)
  if (before.identity !== identity) {
    throw new ImageError('file-changed', {
      path,
      found: `file ${before.identity}`,
      expected: `file ${identity}`,
    })
  }
  const result = await work()
  return { result, before, after: await readFacts(path) }
}

async function readFacts(path: string): Promise<FileFacts> {
  try {
    const { dev, ino, mtimeMs, size, blocks } = await stat(path, { bigint: true })
    return {
      identity: `${dev}:${ino}`,
      modifiedAt: Number(mtimeMs),
      length: Number(size),
      // POSIX counts blocks of 512 bytes here, whatever the file system's own block size.
      onDisk: Number(blocks) * 512,
    }
  } catch (error) {
    throw new ImageError('file-missing', { path }, { cause: error })
  }
}
