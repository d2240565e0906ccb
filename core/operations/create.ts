import type { WritingEnvironment } from '../image/environment.ts'
import type { OperationContext } from '../progress.ts'
import { writeNewImage } from '../qcow2/create/write-image.ts'
import { provideSpace, type SpaceOutcome } from '../storage/provide-space.ts'
import type { WritableFile } from '../storage/writable-file.ts'
import type { CreateOptions } from './create-options.ts'
import type { CreatePlan, CreateResult, PlannedDataFile } from './create-plan.ts'
import { prepareCreate, type PreparedCreate } from './plan-create.ts'
import { UnfinishedFiles } from './unfinished-files.ts'

/**
 * Makes a new image. Nothing is ever overwritten, and a failed or cancelled create leaves nothing behind:
 * no image and no data file (a data file that was there already keeps its content and its length).
 * The backing file is held as a reader meanwhile.
 *
 * Cancel points: while space is provided, and between the pieces of the tables. Throws as `planCreate`,
 * and `create-no-space`, `create-failed`, `create-too-long` or `create-left-behind`.
 */
export async function createImage(
  host: WritingEnvironment,
  path: string,
  options: CreateOptions,
  context: OperationContext = {},
): Promise<CreateResult> {
  const holding = { ...host, openFile: host.openForHolding.bind(host) }
  const { signal } = context
  await using prepared = await prepareCreate(holding, path, options, {
    existing: 'refused',
    signal,
  })
  const files = new UnfinishedFiles(host)
  try {
    const file = await files.create(path)
    const space = await fillNewImage(host, { file, files }, prepared, context)
    const allocatedBytes = file.allocatedBytes()
    await files.finish()
    return { plan: prepared.plan, allocatedBytes, space }
  } catch (error) {
    throw await files.abandon(error, path)
  }
}

/** Writes a new image into its empty file, after its data file, which is one of `files`. */
export async function fillNewImage(
  host: WritingEnvironment,
  { file, files }: { readonly file: WritableFile; readonly files: UnfinishedFiles },
  { plan, image }: Pick<PreparedCreate, 'plan' | 'image'>,
  context: OperationContext,
): Promise<SpaceOutcome | undefined> {
  const dataOutcome =
    plan.dataFile && (await makeDataFile(files, plan.dataFile, plan.preallocation, context))
  // Before the image has a header: nobody must ever find an image without its data file.
  if (plan.dataFile) await host.flushFolder(host.paths.folderOf(plan.dataFile.path))
  const outcome =
    image === undefined
      ? await writeRaw(file, plan, context)
      : await writeNewImage(file, image, context)
  return dataOutcome ?? outcome
}

async function makeDataFile(
  files: UnfinishedFiles,
  { path, length, existingLength }: PlannedDataFile,
  preallocation: CreatePlan['preallocation'],
  context: OperationContext,
): Promise<SpaceOutcome | undefined> {
  if (existingLength !== undefined) {
    const file = await files.takeOver(path, existingLength)
    if (length > existingLength) file.truncate(length)
    await file.flush()
    return undefined
  }
  const file = await files.create(path)
  return await writeContent(file, { length, preallocation }, context)
}

const writeRaw = (file: WritableFile, plan: CreatePlan, context: OperationContext) =>
  writeContent(file, { length: plan.fileLength, preallocation: plan.preallocation }, context)

/** A file of zeroes that is the disk itself. */
async function writeContent(
  file: WritableFile,
  { length, preallocation }: Pick<CreatePlan, 'preallocation'> & { readonly length: number },
  context: OperationContext,
): Promise<SpaceOutcome | undefined> {
  file.truncate(length)
  const needsSpace = preallocation === 'falloc' || preallocation === 'full'
  const outcome = needsSpace
    ? await provideSpace(file, { offset: 0, length, how: preallocation }, context)
    : undefined
  await file.flush()
  return outcome
}
