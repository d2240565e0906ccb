import { ImageError, type Engine } from '../../core/index.ts'
import { measured } from '../jobs/measured.ts'
import { watched } from '../jobs/watched.ts'
import type { TaskHandlers } from '../workers/task.ts'
import type { NamedBacking, PlaceTasks, Retelling } from './place-tasks.ts'

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
        if (own?.when === 'after') await retell(engine, own.retelling)
        return result
      } catch (error) {
        if (own?.when === 'before') await takeBack(engine, own.retelling)
        throw error
      }
    },
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

async function backingNameOf(engine: Engine, path: string): Promise<NamedBacking> {
  try {
    const info = await engine.readInfo(path, { links: 'deny' })
    const { backingFile: name, backingFormat: format } = info
    const dataFile = info.qcow2?.dataFile
    const backing =
      name === undefined ? undefined : { name, ...(format === undefined ? {} : { format }) }
    return { path, backing, dataFile, error: undefined }
  } catch (error) {
    return {
      path,
      backing: undefined,
      dataFile: undefined,
      error: ImageError.from(error, { path }).toJSON(),
    }
  }
}

/** Throws `overlay-not-told` in the words of what stands against it. */
async function retell(engine: Engine, { path, change }: Retelling): Promise<void> {
  try {
    const plan = await engine.planUndoChange(path, change)
    await engine.undoChange(path, plan)
  } catch (thrown) {
    const error = ImageError.from(thrown)
    const facts = { path, link: change.after.name, found: error.explanation.detail }
    throw new ImageError('overlay-not-told', facts, { cause: error })
  }
}

const takeBack = (engine: Engine, { path, change: { before, after } }: Retelling): Promise<void> =>
  retell(engine, { path, change: { kind: 'relink', before: after, after: before } })
