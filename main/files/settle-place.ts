import { ImageError, type Engine, type ImageErrorData, type Progress } from '../../core/index.ts'
import { watched } from '../jobs/watched.ts'
import type { TaskContext } from '../workers/task.ts'
import type { PlaceTasks, Retelling, SettledPlace } from './place-tasks.ts'
import { backingNameOf, retell, takeBack } from './retell.ts'

/**
 * Ends a relocation that was killed on the way. Overlays may have been told or not: each is asked what it names now, and
 * one that names something else by now is left to whoever changed it.
 */
export async function settlePlace(
  engine: Engine,
  { from, to, overlays, own, identity, length }: PlaceTasks['settlePlace']['input'],
  context: TaskContext<Progress>,
): Promise<SettledPlace> {
  const revert = async (): Promise<void> => {
    for (const overlay of overlays.toReversed()) await takeBackIfTold(engine, overlay)
  }
  const end = await engine.settleRelocation(from, to, {
    identity,
    length,
    whilePlaced: {
      apply: async () => {
        const notTold = await tellAll(engine, overlays)
        const [first] = notTold
        if (first !== undefined && (await isThere(engine, from))) throw ImageError.fromJSON(first)
      },
      revert,
    },
    ...watched(context),
  })
  if (end.kind === 'taken-back' && own !== undefined) {
    // Its whole path is right at the old place, too: nothing is lost where that cannot be changed.
    await takeBackIfTold(engine, { ...own, path: from }).catch(() => undefined)
  }
  return { end, notTold: end.kind === 'finished' ? await tellAll(engine, overlays) : [] }
}

/** Answers with what stands against those that could not be told. */
async function tellAll(
  engine: Engine,
  overlays: readonly Retelling[],
): Promise<readonly ImageErrorData[]> {
  const notTold: ImageErrorData[] = []
  for (const overlay of overlays) {
    try {
      await tellIfNot(engine, overlay)
    } catch (error) {
      notTold.push(ImageError.from(error, { path: overlay.path }).toJSON())
    }
  }
  return notTold
}

async function tellIfNot(engine: Engine, retelling: Retelling): Promise<void> {
  const { change } = retelling
  const { backing, error } = await backingNameOf(engine, retelling.path)
  if (error !== undefined) throw ImageError.fromJSON(error)
  if (backing?.name === change.after.name) await retell(engine, retelling)
}

async function takeBackIfTold(engine: Engine, retelling: Retelling): Promise<void> {
  const { backing, error } = await backingNameOf(engine, retelling.path)
  // What is gone finds nothing; of what cannot be read nobody knows what it would look for.
  if (error !== undefined && error.kind !== 'not-found') throw ImageError.fromJSON(error)
  if (backing?.name === retelling.change.before.name) await takeBack(engine, retelling)
}

/** Whether an overlay that was not told still finds its backing file under the old name. */
const isThere = (engine: Engine, path: string): Promise<boolean> =>
  engine.readInfo(path, { links: 'deny' }).then(
    () => true,
    (error: unknown) => ImageError.from(error).kind !== 'not-found',
  )
