import { ImageError } from '../errors/image-error.ts'
import type { ExchangingEnvironment } from '../image/environment.ts'
import type { OperationContext } from '../progress.ts'
import { fillNewImage } from './create.ts'
import type { CreateOptions } from './create-options.ts'
import type { CreatePlan, CreateResult } from './create-plan.ts'
import type { Host } from './host.ts'
import { usageRefusals } from './image-refusals.ts'
import { makeOutput } from './new-output.ts'
import { outputTarget } from './output-target.ts'
import { prepareCreate } from './plan-create.ts'
import { UnfinishedFiles } from './unfinished-files.ts'

/** As `planCreate` where a file may have the name; throws `file-in-use` when somebody has that one open. */
export async function planCreateOver(
  host: Host & ExchangingEnvironment,
  path: string,
  options: CreateOptions,
): Promise<CreatePlan> {
  try {
    const target = await outputTarget(host, path, true)
    if (target.replaces) await mustBeUnused(host, target.path)
    await using prepared = await prepareCreate(host, path, options, { existing: 'replaced' })
    return prepared.plan
  } catch (error) {
    throw ImageError.from(error, { path })
  }
}

async function mustBeUnused(host: Host, path: string): Promise<void> {
  await using file = await host.openFile(path)
  const [refusal] = usageRefusals(host, { file })
  if (refusal !== undefined) throw refusal
}

/**
 * As `createImage`, and a file that has the name is replaced in one step once the new image is whole. Nobody
 * may have that file open, and it may not be one that the new image reads through. A data file is never
 * replaced. Throws as `createImage` and as `makeOutput`.
 */
export async function createImageOver(
  host: ExchangingEnvironment,
  path: string,
  options: CreateOptions,
  context: OperationContext = {},
): Promise<CreateResult> {
  const { signal } = context
  const holding = { ...host, openFile: host.openForHolding.bind(host) }
  await using prepared = await prepareCreate(holding, path, options, {
    existing: 'replaced',
    signal,
  })
  const { plan, sources } = prepared
  const files = new UnfinishedFiles(host)
  const made = await makeOutput(host, path, { overwrite: true, sources, signal }, (file) =>
    fillNewImage(host, { file, files }, prepared, context),
  ).catch(async (thrown: unknown) => {
    const error = ImageError.from(thrown, { path })
    // Then the image is there, and must keep its data file.
    if (error.reason !== 'output-not-durable') throw await files.abandon(error, path)
    await files.finish()
    throw error
  })
  await files.finish()
  return { plan, allocatedBytes: made.allocatedBytes, space: made.result }
}
