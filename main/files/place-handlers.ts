import type { Engine } from '../../core/index.ts'
import { measured } from '../jobs/measured.ts'
import { watched } from '../jobs/watched.ts'
import type { TaskHandlers } from '../workers/task.ts'
import type { PlaceTasks, Retelling } from './place-tasks.ts'
import { backingNameOf, retell, takeBack, whyNotRetold } from './retell.ts'
import { settlePlace } from './settle-place.ts'

export function placeHandlers(engine: Engine): TaskHandlers<PlaceTasks> {
  return {
    backingNames: ({ paths }) => Promise.all(paths.map((path) => backingNameOf(engine, path))),
    relocate: async ({ path, identity, to, overlays, own }, context) => {
      if (own?.when === 'before') await retell(engine, own.retelling)
      const told: Retelling[] = []
      const revert = async (): Promise<void> => {
        for (const retelling of told.splice(0).toReversed()) await takeBack(engine, retelling)
      }
      const apply = async (): Promise<void> => {
        try {
          for (const overlay of overlays) {
            await retell(engine, overlay)
            told.push(overlay)
          }
        } catch (error) {
          await revert()
          throw error
        }
      }
      try {
        const result = await engine.relocate(path, to, {
          identity,
          ...(overlays.length === 0 ? {} : { whilePlaced: { apply, revert } }),
          ...watched(context),
        })
        // The file is at its place by now: whatever happens here, that is done.
        const ownNotTold =
          own?.when === 'after' ? await whyNotRetold(engine, own.retelling) : undefined
        return { ...result, ownNotTold }
      } catch (error) {
        if (own?.when === 'before') await takeBack(engine, own.retelling)
        throw error
      }
    },
    settlePlace: (place, context) => settlePlace(engine, place, context),
    planUndoChange: ({ change, ...image }, context) =>
      measured(image, () =>
        engine.planUndoChange(image.path, change, { links: image.links, ...watched(context) }),
      ),
    undoChange: ({ plan, ...image }, context) =>
      measured(image, () =>
        engine.undoChange(image.path, plan, { links: image.links, ...watched(context) }),
      ),
    planUndoRepair: ({ safetyCopy, ...image }, context) =>
      measured(image, () => engine.planUndoRepair(image.path, safetyCopy, watched(context))),
    undoRepair: ({ safetyCopy, ...image }, context) =>
      measured(image, () => engine.undoRepair(image.path, safetyCopy, watched(context))),
  }
}
