import type { ReadingEngine } from '../../core/index.ts'
import type { TaskHandlers } from '../workers/task.ts'
import type { LookTasks } from './engine-host.ts'
import { measured } from './measured.ts'
import { watched } from './watched.ts'

/** What an engine worker does to look at images, for any engine. */
export function lookHandlers(engine: ReadingEngine): TaskHandlers<LookTasks> {
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
    use: (image) => measured(image, () => engine.readUse(image.path)),
    disk: ({ path, links }, { signal }) => engine.readDiskLayout(path, { links, signal }),
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
