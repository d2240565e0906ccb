/** Everything stands still when it is told to, with a valid image on the disk, and comes to the same end. */
import { createHash } from 'node:crypto'
import { copyFile, cp, mkdir, readFile, readdir } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createEngine, PauseSwitch, type Engine } from '../../../../core/index.ts'
import { qemuCheck, qemuImg, qemuIo } from '../../../helpers/qemu.ts'
import { tempFolder, type TempFolder } from '../../../helpers/temp-folder.ts'

const mib = 2 ** 20
const takenAt = 1_700_000_000_000

let origin: TempFolder

/** An image with something to do for everybody: snapshots, holes, zeroes, compressed clusters. */
beforeAll(async () => {
  origin = await tempFolder('pacing')
  const image = origin.file('disk.qcow2')
  await qemuImg('create', '-q', '-f', 'qcow2', image, '64M')
  await qemuIo(image, 'write -P 1 0 8M', 'write -c -P 7 32M 64k', 'write -P 0 20M 2M')
  await qemuImg('snapshot', '-c', 'first', image)
  await qemuIo(image, 'write -P 2 2M 3M', 'discard 6M 1M', 'write -P 3 40M 1M')
})
afterAll(() => origin[Symbol.asyncDispose]())

interface Work {
  readonly name: string
  /** Gives what must be the same however often it was paused. */
  readonly act: (engine: Engine, image: string) => Promise<unknown>
  /** What it makes besides the image. */
  readonly makes?: readonly string[]
}

const snapshot = { name: 'first' }

const works: readonly Work[] = [
  {
    name: 'hash',
    act: async (engine, image) => {
      const { digest } = await engine.hashImage(image)
      return digest
    },
  },
  {
    name: 'create a snapshot',
    act: async (engine, image) => {
      await engine.createSnapshot(image, { name: 'new', takenAt })
    },
  },
  {
    name: 'apply a snapshot',
    act: async (engine, image) => {
      const plan = await engine.planApplySnapshot(image, { snapshot })
      await engine.applySnapshot(image, { plan, keepPresentAs: 'present', takenAt })
    },
  },
  {
    name: 'keep and delete a snapshot, and put it back',
    act: async (engine, image) => {
      const plan = await engine.planDeleteSnapshot(image, { snapshot })
      const file = path.join(path.dirname(image), 'kept')
      await engine.deleteSnapshot(image, { plan, keep: { path: file, content: 'whole' } })
      await engine.restoreSnapshot(image, file)
    },
  },
  {
    name: 'grow with all space written',
    act: async (engine, image) => {
      const plan = await engine.planResize(image, { size: 80 * mib, preallocation: 'full' })
      await engine.resizeImage(image, plan)
    },
  },
  {
    name: 'shrink',
    act: async (engine, image) => {
      const plan = await engine.planResize(image, { size: 30 * mib })
      await engine.resizeImage(image, plan, { consent: plan.consentNeeded })
    },
  },
  {
    name: 'change the refcount width',
    act: async (engine, image) => {
      await engine.amendImage(image, { refcountBits: 64 })
    },
  },
  ...(['in-place', 'rewrite', 'zeroes'] as const).map((mode): Work => ({
    name: `compact, ${mode}`,
    act: async (engine, image) => {
      const plan = await engine.planCompact(image)
      await engine.compactImage(image, plan, { mode })
    },
  })),
  {
    name: 'convert',
    act: async (engine, image) => {
      const target = { kind: 'file', path: path.join(path.dirname(image), 'copy.qcow2') } as const
      await engine.encodeImage({ kind: 'file', path: image }, target, { compression: 'zlib' })
    },
    makes: ['copy.qcow2'],
  },
]

interface Paced {
  readonly accesses: number
  readonly result: unknown
  readonly digests: readonly (string | undefined)[]
}

/** Does the work on a copy, and calls `onStand` each time it has come to a stand. */
async function pacedRun(
  { act, makes = [] }: Work,
  { pauseAt, onStand }: { readonly pauseAt: ReadonlySet<number>; readonly onStand?: Standing },
): Promise<Paced> {
  await using folder = await tempFolder('paced')
  const image = folder.file('disk.qcow2')
  await copyFile(origin.file('disk.qcow2'), image)
  let accesses = 0
  let stands: Promise<void> = Promise.resolve()
  const pace = new PauseSwitch(() => {
    stands = stands.then(async () => {
      if (!pace.isPaused) return
      await onStand?.(folder)
      pace.resume()
    })
  })
  const engine = createEngine({
    pace,
    trace: () => {
      if (pauseAt.has(accesses++)) pace.pause()
    },
  })
  const result = await act(engine, image)
  await stands
  const digests = await Promise.all(
    ['disk.qcow2', ...makes].map((name) => digestOf(folder.file(name))),
  )
  return { accesses, result, digests }
}

type Standing = (folder: TempFolder) => Promise<void>

async function digestOf(file: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(file))
    .digest('hex')
}

describe.each(works)('$name', (work) => {
  it('stands still at any access, over a valid image, and comes to the same end', async () => {
    const alone = await pacedRun(work, { pauseAt: new Set() })
    const places = 5
    const pauseAt = new Set(
      Array.from({ length: places }, (_, place) =>
        Math.floor(((place + 0.5) * alone.accesses) / places),
      ),
    )
    let stood = 0
    const paced = await pacedRun(work, {
      pauseAt,
      onStand: async (folder) => {
        stood++
        await mustBeValid(folder)
      },
    })
    expect(stood).toBeGreaterThan(0)
    expect(paced.digests).toEqual(alone.digests)
    expect(paced.result).toEqual(alone.result)
  }, 60_000)
})

/** What a program that is killed now would leave, as QEMU finds it: leaked clusters at most. */
async function mustBeValid(folder: TempFolder): Promise<void> {
  await using copies = await tempFolder('paced-copy')
  await mkdir(copies.path, { recursive: true })
  for (const name of await readdir(folder.path)) {
    await cp(folder.file(name), copies.file(name))
  }
  const { exitCode, stdout, stderr } = await qemuCheck(copies.file('disk.qcow2'))
  expect([0, 3], `${stdout}${stderr}`).toContain(exitCode)
}

describe('a walk over tables', () => {
  let folder: TempFolder
  let image: string

  beforeAll(async () => {
    folder = await tempFolder('pacing-walks')
    image = folder.file('tables.qcow2')
    // 16,384 L2 tables.
    await createEngine().createImage(image, {
      format: 'qcow2',
      size: 512 * mib,
      clusterSize: 512,
      preallocation: 'metadata',
    })
  }, 60_000)
  afterAll(() => folder[Symbol.asyncDispose]())

  it('stands still within 200 ms, though it never waits for the disk', async () => {
    const stood = Promise.withResolvers<void>()
    const pace = new PauseSwitch(() => stood.resolve())
    let tables = 0
    let pausedAt = 0
    const engine = createEngine({
      pace,
      trace: ({ tag }) => {
        if (tag !== 'l2-table' || ++tables !== 100) return
        pausedAt = performance.now()
        pace.pause()
      },
    })
    const working = engine.checkImage(image)
    await Promise.race([stood.promise, working])
    const waited = performance.now() - pausedAt
    const before = tables
    await new Promise((resolve) => {
      setImmediate(resolve)
    })
    expect(tables).toBe(before)
    expect(waited).toBeLessThan(200)
    pace.resume()
    expect((await working).verdict).toBe('clean')
    expect(tables).toBeGreaterThan(before)
  })

  it('is woken by a cancel', async () => {
    const cancel = new AbortController()
    const { signal } = cancel
    const pace = new PauseSwitch(() => cancel.abort(), signal)
    const engine = createEngine({
      pace,
      trace: ({ tag }) => {
        if (tag === 'l2-table') pace.pause()
      },
    })
    await expect(engine.checkImage(image, { signal })).rejects.toMatchObject({
      reason: 'cancelled',
    })
  })
})
