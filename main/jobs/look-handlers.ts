import type { ReadingEngine } from '../../core/index.ts'
import { withOurName } from '../images/own-holds.ts'
import type { TaskHandlers } from '../workers/task.ts'
import type { ImageToOpen, LookTasks } from './engine-host.ts'
import { measured } from './measured.ts'
import { watched } from './watched.ts'

/** What an engine worker does to look at images, for any engine. */
export function lookHandlers(engine: ReadingEngine): TaskHandlers<LookTasks> {
  return {
    check: ({ depth, ...image }, context) =>
      measured(image, () =>
        engine.checkImage(image.path, { depth, ...readAs(image), ...watched(context) }),
      ),
    hash: ({ algorithm, target, ...image }, context) =>
      measured(image, () =>
        engine.hashImage(image.path, {
          algorithm,
          target,
          ...readAs(image),
          ...watched(context),
        }),
      ),
    map: (image, context) =>
      measured(image, () =>
        engine.summarizeAllocation(image.path, { ...readAs(image), ...watched(context) }),
      ),
    info: ({ clusters, ...image }, { signal }) =>
      engine.readInfo(image.path, { ...readAs(image), clusters, signal }),
    use: (image) => measured(image, async () => withOurName(await engine.readUse(image.path))),
    disk: (image, { signal }) => engine.readDiskLayout(image.path, { ...readAs(image), signal }),
    extents: async ({ from, limit, ...image }, { signal }) => {
      const extents = []
      for await (const batch of engine.mapImage(image.path, { ...readAs(image), from, signal })) {
        extents.push(...batch)
        // One more than asked for tells where the next page begins.
        const next = extents[limit]
        if (next !== undefined) return { extents: extents.slice(0, limit), nextFrom: next.start }
      }
      return { extents, nextFrom: undefined }
    },
  }
}

const readAs = ({ links, format }: ImageToOpen): Omit<ImageToOpen, 'path'> => ({ links, format })
