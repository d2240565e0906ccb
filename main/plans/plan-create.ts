import path from 'node:path'
import { ImageError, tellOfCreate, type CreateOptions, type CreatePlan } from '../../core/index.ts'
import type { CreateAction } from '../../ipc/schemas/action.ts'
import type { ActionPlan } from '../../ipc/schemas/plan.ts'
import type { PreflightLine } from '../../ipc/schemas/preflight.ts'
import { recordedRequestOf } from '../../ipc/schemas/recorded-request.ts'
import type { EngineHost, StoredLinkPolicy } from '../jobs/engine-host.ts'
import { readFileFacts } from '../jobs/measured.ts'
import type { Performed, PerformOptions } from '../jobs/perform.ts'
import { admitNew } from './admit-new.ts'
import { spaceLine } from './preflight/file-lines.ts'
import { timeLine } from './preflight/outcome-lines.ts'
import { stopError } from './preflight/stop-error.ts'
import { freeBytesAt, whyNoFileIn } from './preflight/surroundings.ts'
import { tokenOf } from './token.ts'

export interface CreatePlannerParts {
  readonly host: EngineHost
  /** How far links of a backing file may be followed: nobody was asked about them yet. */
  readonly links: () => StoredLinkPolicy
  /** Where the window may name files. Throws `outside-roots`. */
  readonly admit: (path: string) => Promise<string>
  /** The new image becomes a row of the library. */
  readonly add: (path: string) => Promise<void>
  readonly now?: () => number
}

/** Zeroes, or promises of space, that a host writes in a second. */
const preallocatedPerSecond = 200 * 1024 * 1024

/** Plans and makes new images. */
export class CreatePlanner {
  readonly #parts: CreatePlannerParts

  constructor(parts: CreatePlannerParts) {
    this.#parts = parts
  }

  /**
   * What making this image would come to, for a window. Throws `file-exists`, `outside-roots` and every refusal of the
   * options.
   */
  async show(request: CreateAction): Promise<ActionPlan> {
    const { host, now = Date.now } = this.#parts
    const admitted = await this.admitted(request)
    const { plan, basis } = await this.#plan(admitted, host)
    const preflight = await cardOf(plan)
    return {
      token: tokenFor(admitted, basis),
      madeAt: now(),
      allowed: preflight.every(({ tone }) => tone !== 'stop'),
      preflight: [...preflight],
      detail: {
        kind: 'create',
        path: plan.path,
        virtualSize: plan.virtualSize,
        fileLength: plan.fileLength,
        initialBytes: plan.initialBytes,
        warnings: plan.warnings.map(({ kind, text }) => ({ kind, text })),
      },
    }
  }

  /**
   * The request with the path as the services may use it, the folder resolved. Throws `outside-roots` and
   * `folder-missing`.
   */
  async admitted(request: CreateAction): Promise<CreateAction> {
    const { path: wanted, backing } = request.parameters
    const admitted = await admitNew(this.#parts.admit, wanted)
    // A relative name is read from the new image's folder, by the engine as by QEMU.
    if (backing !== undefined)
      await this.#parts.admit(path.resolve(path.dirname(admitted), backing))
    return { kind: 'create', parameters: { ...request.parameters, path: admitted } }
  }

  /** Throws `plan-missing` and `plan-outdated` beside what making it throws; then there is no new file. */
  async carryOut(
    given: CreateAction,
    token: string | undefined,
    host: EngineHost,
    { signal, hold, onEvent }: PerformOptions,
  ): Promise<Performed> {
    const request = await this.admitted(given)
    const { path: file } = request.parameters
    if (token === undefined) throw new ImageError('plan-missing', { path: file })
    const { plan: planned, basis } = await this.#plan(request, host)
    const found = tokenFor(request, basis)
    if (found !== token) {
      throw new ImageError('plan-outdated', {
        path: file,
        field: 'backing file, or what would be made,',
        expected: `plan ${token.slice(0, 8)}`,
        found: `plan ${found.slice(0, 8)}`,
      })
    }
    const hindrance = stopError(await cardOf(planned), file)
    if (hindrance !== undefined) throw hindrance
    const task = { path: file, options: optionsOf(request), links: this.#parts.links() }
    const { plan } = await host.run('create', task, { signal, hold, onEvent })
    // The image is made, whether its row could be or not; a look at its folder finds it, too.
    await this.#parts.add(file).catch(() => undefined)
    const { summary, facts } = tellOfCreate({ plan })
    return {
      kind: 'done',
      result: { kind: 'change', facts: [...facts] },
      summary,
      outcome: 'ok',
      path: file,
      before: undefined,
      after: await readFileFacts(file),
      keep: () => undefined,
    }
  }

  async #plan(
    request: CreateAction,
    host: EngineHost,
  ): Promise<{ readonly plan: CreatePlan; readonly basis: unknown }> {
    const options = optionsOf(request)
    const { path: file } = request.parameters
    const plan = await host.run('planCreate', { path: file, options, links: this.#parts.links() })
    const { backing } = plan
    // What the overlay is laid over must still be what was looked at.
    return {
      plan,
      basis: {
        virtualSize: plan.virtualSize,
        backing: backing && { ...backing, file: (await readFileFacts(backing.path)).identity },
      },
    }
  }
}

const tokenFor = (request: CreateAction, basis: unknown): string =>
  tokenOf({ request: recordedRequestOf(request), basis })

async function cardOf({ path: file, initialBytes }: CreatePlan): Promise<readonly PreflightLine[]> {
  const folder = path.dirname(file)
  const trouble = await whyNoFileIn(folder, file)
  const space = { folder, bytes: initialBytes, freeBytes: await freeBytesAt(folder) }
  const writable: PreflightLine =
    trouble === undefined
      ? { id: 'writable', tone: 'good', path: folder }
      : { id: 'writable', tone: 'stop', path: folder, error: trouble }
  return [
    writable,
    spaceLine(space),
    timeLine(Math.ceil(initialBytes / preallocatedPerSecond)),
  ].filter((line) => line !== undefined)
}

/** Throws `size-missing` and `options-conflict` for what no image can be made of. */
function optionsOf({ parameters }: CreateAction): CreateOptions {
  const { path: _path, format, size, backing, backingFormat, ...options } = parameters
  if (format === 'raw') {
    const { preallocation, ...others } = options
    const unfit = Object.entries({ backing, backingFormat, ...others }).find(
      ([, value]) => value !== undefined,
    )
    if (unfit !== undefined) {
      const facts = { feature: `The option "${unfit[0]}"`, expected: 'the format qcow2' }
      throw new ImageError('options-conflict', facts)
    }
    if (size === undefined) throw new ImageError('size-missing')
    return { format, size, preallocation }
  }
  const { compat, ...rest } = options
  return {
    format,
    size,
    ...rest,
    version: compat === undefined ? undefined : compat === '0.10' ? 2 : 3,
    backing:
      backing === undefined ? undefined : { name: backing, format: backingFormat ?? 'qcow2' },
  }
}
