/** Telling an image another name for its backing file, and what it calls it now. */
import { ImageError, type Engine, type ImageErrorData } from '../../core/index.ts'
import type { NamedBacking, Retelling } from './place-tasks.ts'

/** The error that telling ends with; undefined: it was told. */
export async function whyNotRetold(
  engine: Engine,
  retelling: Retelling,
): Promise<ImageErrorData | undefined> {
  try {
    await retell(engine, retelling)
    return undefined
  } catch (error) {
    return ImageError.from(error).toJSON()
  }
}

export async function backingNameOf(engine: Engine, path: string): Promise<NamedBacking> {
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
export async function retell(engine: Engine, { path, change }: Retelling): Promise<void> {
  try {
    const plan = await engine.planUndoChange(path, change)
    await engine.undoChange(path, plan)
  } catch (thrown) {
    const error = ImageError.from(thrown)
    const facts = { path, link: change.after.name, found: error.explanation.detail }
    throw new ImageError('overlay-not-told', facts, { cause: error })
  }
}

export const takeBack = (
  engine: Engine,
  { path, change: { before, after } }: Retelling,
): Promise<void> =>
  retell(engine, { path, change: { kind: 'relink', before: after, after: before } })
