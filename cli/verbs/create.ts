import path from 'node:path'
import { tellOfCreate, type CreateOptions, type OperationContext } from '../../core/index.ts'
import type { Host } from '../host.ts'
import { changeImages } from '../images/change-images.ts'
import { describeCreate, type Created } from '../output/describe-create.ts'
import { recordChange } from '../output/record-change.ts'
import { wantedImage, type CreateWords, type WantedImage } from '../parse/create-options.ts'
import type { CreateJson } from '../schemas/create-json.ts'
import type { RunVerb } from '../table/verb.ts'
import { UsageError } from '../usage-error.ts'

/** `platter create`: the file that was named, and never over another one unless asked. */
export const create: RunVerb<CreateWords> = async ({ operands, options: words, host }) => {
  const [file = '', size] = operands
  if (file === '-') throw new UsageError('create makes a file; it cannot write to a pipe.')
  const options = await completed(file, wantedImage(size, words), host)
  const { overwrite } = words
  const work = async (image: string, context: OperationContext): Promise<Created> => {
    if (words.dryRun) {
      const plan = await host.engine.planCreate(image, options, { overwrite })
      return { plan, result: undefined }
    }
    const result = await host.engine.createImage(image, options, { ...context, overwrite })
    return { plan: result.plan, result }
  }
  const record = recordChange(
    { host, options: words },
    { kind: 'create', parameters: { size: options.size }, tell: tellOfCreate, made: file },
  )
  return changeImages(
    [file],
    { host, options: words },
    { work, record, json: createJson, text: describeCreate },
  )
}

/**
 * The format of a backing file is stored in the image. It may be left out where the file itself says that it
 * is qcow2; raw is never guessed, because then a guest could make its disk pass for another format.
 */
async function completed(
  file: string,
  { options, backing }: WantedImage,
  { engine }: Host,
): Promise<CreateOptions> {
  if (backing === undefined || options.format === 'raw') return options
  const { name, format } = backing
  if (format !== undefined) return { ...options, backing: { name, format } }
  const place = path.resolve(path.dirname(file), name)
  // What cannot even be opened, or is no path, is for the engine to explain.
  const found = await engine.summarizeHeader(place).catch((): undefined => undefined)
  if (found === undefined || found.format === 'qcow2') {
    return { ...options, backing: { name, format: 'qcow2' } }
  }
  throw new UsageError(
    `--backing-format is needed: the first bytes of ${name} do not say what it is.`,
  )
}

const createJson = (filename: string, { plan, result }: Created): CreateJson => {
  const { path: _path, ...rest } = plan
  return {
    version: 1,
    filename,
    plan: rest,
    ...(result === undefined
      ? {}
      : { result: { allocatedBytes: result.allocatedBytes, space: result.space } }),
  }
}
