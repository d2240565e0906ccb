import { execFileSync } from 'node:child_process'
import { chmod, copyFile, readFile, stat } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { PauseSwitch } from '../../../../core/base/pause-switch.ts'
import { ImageError, type CompactMode, type CompactPlan } from '../../../../core/index.ts'
import { nodeHost } from '../../../../core/io/node-host.ts'
import { createEngine } from '../../../../core/node-engine.ts'
import { compactImage } from '../../../../core/operations/compact.ts'
import { planCompact } from '../../../../core/operations/plan-compact.ts'
import type { WritableFile } from '../../../../core/storage/writable-file.ts'
import { openFilesBelow } from '../../../helpers/open-files.ts'
import { Qcow2Builder } from '../../../helpers/qcow2-builder.ts'
import { qemuCheck, qemuImg, qemuIo } from '../../../helpers/qemu.ts'
import { qemuSession } from '../../../helpers/qemu-session.ts'
import { tempFolder, type TempFolder } from '../../../helpers/temp-folder.ts'
import { FaultFile, Faults } from '../../../storage/fault-file.ts'
import { TraceFile } from '../../../storage/trace-file.ts'

const engine = createEngine()
const links = 'allow'

/** The host, with something around every file that is opened for writing. */
const hostWith = (wrap: (file: WritableFile) => WritableFile): typeof nodeHost => ({
  ...nodeHost,
  openForWriting: async (path) => wrap(await nodeHost.openForWriting(path)),
})

/** Holes, zeroes, and a snapshot that shares a part. */
async function churned(folder: TempFolder, size = 8): Promise<string> {
  const path = folder.file('disk.qcow2')
  await qemuImg('create', '-q', '-f', 'qcow2', '-o', 'cluster_size=16k', path, `${2 * size}M`)
  await qemuIo(path, `write -P 5 0 ${size}M`)
  await qemuImg('snapshot', '-c', 'one', path)
  await qemuIo(path, `write -P 6 ${size / 2}M ${size}M`, `write -P 0 ${size}M ${size / 4}M`)
  await qemuImg('snapshot', '-c', 'two', path)
  await qemuImg('snapshot', '-d', 'one', path)
  await qemuIo(path, `discard 0 ${size / 2}M`)
  return path
}

const contentOf = async (path: string): Promise<string> =>
  (await engine.hashImage(path, { links })).digest

async function expectValid(path: string): Promise<void> {
  const { exitCode, result } = await qemuCheck(path)
  expect({ exitCode, corruptions: result?.corruptions ?? 0 }).toEqual({
    exitCode: exitCode === 3 ? 3 : 0,
    corruptions: 0,
  })
}

const reasonOf = async (work: Promise<unknown>): Promise<string> => {
  try {
    await work
  } catch (error) {
    if (error instanceof ImageError) return error.reason
    throw error
  }
  return 'none'
}

describe('a compaction does not begin', () => {
  test('on another image than the one that was planned for', async () => {
    await using folder = await tempFolder()
    const path = await churned(folder)
    const plan = await engine.planCompact(path)
    await qemuIo(path, 'write -P 9 1M 64k')
    const before = await readFile(path)
    expect(await reasonOf(engine.compactImage(path, plan))).toBe('plan-outdated')
    expect((await readFile(path)).equals(before)).toBe(true)
  })

  test('with an image that has to be repaired first', async () => {
    await using folder = await tempFolder()
    const image = new Qcow2Builder({ clusterBits: 16 }).data(0).data(3)
    image.build()
    image.setRefcount(image.hostClusterOf(0), 0n)
    const path = folder.file('broken.qcow2')
    await image.writeTo(path)
    expect(await reasonOf(engine.planCompact(path))).toBe('contradictions-found')
  })

  test('while somebody has the image open; the plan says who', async () => {
    await using folder = await tempFolder()
    const path = await churned(folder)
    const free = await engine.planCompact(path)
    await using vm = await qemuSession(path)
    const plan = await engine.planCompact(path)
    expect(plan.auto).toBeUndefined()
    for (const { allowed, refusals } of Object.values(plan.modes)) {
      expect(allowed).toBe(false)
      expect(refusals[0]).toMatchObject({ reason: 'file-in-use' })
      expect(refusals[0]?.context.holder).toContain(String(vm.pid))
    }
    expect(await reasonOf(engine.compactImage(path, plan))).toBe('file-in-use')
    // It came after the plan.
    expect(await reasonOf(engine.compactImage(path, free))).toBe('file-in-use')
  })

  test('on a file that may not be written', async () => {
    await using folder = await tempFolder()
    const path = await churned(folder)
    await chmod(path, 0o444)
    await chmod(folder.path, 0o555)
    const source = `
      const { createEngine } = await import(${JSON.stringify(new URL('../../../../core/index.ts', import.meta.url).href)})
      if (process.getuid() === 0) process.setuid(65534)
      const engine = createEngine()
      const plan = await engine.planCompact(${JSON.stringify(path)})
      await engine.compactImage(${JSON.stringify(path)}, plan).catch((error) => console.log(error.reason))
    `
    const said = execFileSync(process.execPath, ['--input-type=module', '-e', source]).toString()
    await chmod(folder.path, 0o755)
    expect(said.trim()).toBe('file-not-writable')
  })

  test('without the backing file, unless nobody wants a proof', async () => {
    await using folder = await tempFolder()
    await qemuImg('create', '-q', '-f', 'qcow2', folder.file('base.qcow2'), '16M')
    const path = folder.file('top.qcow2')
    const backing = ['-b', folder.file('base.qcow2'), '-F', 'qcow2'] as const
    await qemuImg('create', '-q', '-f', 'qcow2', ...backing, path)
    await qemuIo(path, 'write -P 5 0 4M', 'discard 1M 1M')
    await qemuImg('rebase', '-u', '-b', 'gone.qcow2', '-F', 'qcow2', path)
    const plan = await engine.planCompact(path)
    expect(plan.proofRefusal?.reason).toBe('link-missing')
    expect(await reasonOf(engine.compactImage(path, plan))).toBe('link-missing')
    const result = await engine.compactImage(path, plan, { verify: false })
    expect(result.receipt).toMatchObject({ verified: 'skipped', states: [] })
    expect(result.after.fileLength).toBe(plan.modes['in-place'].after?.fileLength)
  })

  test('with options of another mode', async () => {
    await using folder = await tempFolder()
    const path = await churned(folder)
    const plan = await engine.planCompact(path)
    const compression = engine.compactImage(path, plan, { compression: 'zlib' })
    expect(await reasonOf(compression)).toBe('invalid-argument')
  })
})

describe('where nothing is gained', () => {
  test('nothing is written, and that is what it says', async () => {
    await using folder = await tempFolder()
    const path = folder.file('tight.qcow2')
    await qemuImg('create', '-q', '-f', 'qcow2', path, '32M')
    await qemuIo(path, 'write -P 5 0 4M')
    const { mtimeMs } = await stat(path)
    const lines: string[] = []
    const host = hostWith((file) => new TraceFile(file, lines))
    const plan = await planCompact(host, path)
    expect(plan.auto).toBeUndefined()
    for (const mode of ['auto', 'in-place', 'punch', 'zeroes'] as const) {
      const result = await compactImage(host, path, plan, { mode })
      expect(result).toMatchObject({
        outcome: 'nothing-to-do',
        mode: undefined,
        advice: 'discard-in-guest',
      })
      expect(result.after).toEqual(result.before)
    }
    expect(lines).toEqual([])
    expect((await stat(path)).mtimeMs).toBe(mtimeMs)
  })

  test('what a plan only guessed is found out without a write', async () => {
    await using folder = await tempFolder()
    const path = folder.file('tight.qcow2')
    await qemuImg('create', '-q', '-f', 'qcow2', path, '32M')
    await qemuIo(path, 'write -P 5 0 4M')
    const lines: string[] = []
    const host = hostWith((file) => new TraceFile(file, lines))
    const plan = await planCompact(host, path)
    const hopeful = (mode: CompactMode): CompactPlan => ({
      ...plan,
      modes: { ...plan.modes, [mode]: { ...plan.modes[mode], gains: true } },
    })
    for (const mode of ['in-place', 'punch', 'zeroes'] as const) {
      const result = await compactImage(host, path, hopeful(mode), { mode })
      expect(result.outcome).toBe('nothing-to-do')
    }
    expect(lines).toEqual([])
  })
})

describe('what somebody asked to leave out is on the receipt', () => {
  test('the proof', async () => {
    await using folder = await tempFolder()
    const path = await churned(folder)
    const plan = await engine.planCompact(path)
    const { receipt } = await engine.compactImage(path, plan, { verify: false })
    expect(receipt).toMatchObject({ verified: 'skipped', states: [], unsafeBuffering: false })
    expect(receipt.flushes).toBeGreaterThan(1)
  })

  test('the flushes, but for the last one', async () => {
    await using folder = await tempFolder()
    const path = await churned(folder)
    const plan = await engine.planCompact(path)
    const options = { mode: 'in-place', unsafeBuffering: true } as const
    const { receipt } = await engine.compactImage(path, plan, options)
    expect(receipt).toMatchObject({ verified: true, flushes: 1, unsafeBuffering: true })
    await expectValid(path)
  })

  test('the flushes, but not when it is cancelled', async () => {
    await using folder = await tempFolder()
    const path = await churned(folder)
    const plan = await engine.planCompact(path)
    const lines: string[] = []
    const host = hostWith((file) => new TraceFile(file, lines))
    const cancel = new AbortController()
    const { signal } = cancel
    const onProgress = ({ phase }: { readonly phase: string }) => {
      if (phase === 'moves') cancel.abort()
    }
    const options = { mode: 'in-place', unsafeBuffering: true, signal, onProgress } as const
    expect(await reasonOf(compactImage(host, path, plan, options))).toBe('compact-cancelled')
    expect(lines.filter((line) => line === 'flush')).toHaveLength(1)
    expect(lines.at(-1)).toBe('flush')
    await expectValid(path)
  })
})

describe('a host without holes', () => {
  const host = hostWith((file) => {
    const wrapped = new TraceFile(file)
    return Object.assign(wrapped, { punchHole: () => 'unsupported' })
  })

  test('gets a shorter file where a hole was to be made', async () => {
    await using folder = await tempFolder()
    const path = await churned(folder)
    const plan = await planCompact(host, path)
    const because = 'moving-costs-more-than-it-gains'
    const punching: CompactPlan = { ...plan, auto: { mode: 'punch', because } }
    const result = await compactImage(host, path, punching)
    expect(result).toMatchObject({ mode: 'in-place', because: 'host-makes-no-holes' })
    await expectValid(path)
  })

  test('is told so by who asked for holes, with nothing changed', async () => {
    await using folder = await tempFolder()
    const path = await churned(folder)
    const before = await readFile(path)
    const plan = await planCompact(host, path)
    const punched = compactImage(host, path, plan, { mode: 'punch' })
    expect(await reasonOf(punched)).toBe('punch-unsupported')
    expect((await readFile(path)).equals(before)).toBe(true)
  })
})

describe('a disk that does not keep what it is given is found out', () => {
  const spoiling = (tag: string) =>
    hostWith((file) => {
      const wrapped = new TraceFile(file)
      const spoiled = (from: Uint8Array) => {
        const bytes = from.slice()
        bytes[0] = (bytes[0] ?? 0) ^ 1
        return bytes
      }
      return Object.assign(wrapped, {
        write: (from: Uint8Array, at: number, kind: 'data') =>
          file.write(kind === tag ? spoiled(from) : from, at, kind),
        writeNow: (from: Uint8Array, at: number, kind: 'data') =>
          file.writeNow(kind === tag ? spoiled(from) : from, at, kind),
      })
    })

  test('by its content', async () => {
    await using folder = await tempFolder()
    const path = await churned(folder)
    const host = spoiling('data')
    const plan = await planCompact(host, path)
    const work = compactImage(host, path, plan, { mode: 'in-place' })
    await expect(work).rejects.toMatchObject({
      reason: 'content-differs',
      context: { found: expect.stringMatching(/the present state|the snapshot "two"/) },
    })
  })

  test('by its refcounts', async () => {
    await using folder = await tempFolder()
    const path = await churned(folder)
    const host = spoiling('refcount-block')
    const plan = await planCompact(host, path)
    const work = compactImage(host, path, plan, { mode: 'in-place' })
    expect(await reasonOf(work)).toMatch(/^compact-(check-failed|stopped)$/)
  })

  test('before a rewritten image takes the place of the old one', async () => {
    await using folder = await tempFolder()
    const path = await churned(folder)
    const before = await readFile(path)
    const host: typeof nodeHost = {
      ...nodeHost,
      createPrivateFile: async (name) => {
        const file = await nodeHost.createPrivateFile(name)
        return Object.assign(new TraceFile(file), {
          write: (from: Uint8Array, at: number, kind: 'data') =>
            file.write(kind === 'data' ? from.slice().fill(1, 0, 1) : from, at, kind),
        })
      },
    }
    const plan = await planCompact(host, path)
    const work = compactImage(host, path, plan, { mode: 'rewrite' })
    expect(await reasonOf(work)).toBe('content-differs')
    expect((await readFile(path)).equals(before)).toBe(true)
    expect(openFilesBelow(folder.path)).toEqual([])
  })
})

describe('a disk that is full on the way', () => {
  test('leaves a valid image, and the same call does the rest', async () => {
    await using folder = await tempFolder()
    const path = await churned(folder)
    const content = await contentOf(path)
    const faults = new Faults()
    faults.add({ operation: 'write', tag: 'data', nth: 2, times: 1000, fault: 'ENOSPC' })
    const host = hostWith((file) => new FaultFile(file, faults))
    const plan = await planCompact(host, path)
    const work = compactImage(host, path, plan, { mode: 'in-place' })
    expect(await reasonOf(work)).toMatch(/^(compact-stopped|no-space)$/)
    expect(faults.fired).toBeGreaterThan(0)
    await expectValid(path)
    expect(await contentOf(path)).toBe(content)

    const rest = await engine.compactImage(path, await engine.planCompact(path))
    expect(rest.after.fileLength).toBe(plan.modes['in-place'].after?.fileLength)
    expect(await contentOf(path)).toBe(content)
  })
})

describe.each(['in-place', 'punch', 'rewrite', 'zeroes'] as const)('%s hears', (mode) => {
  test('a cancel from its first turn to its last, and leaves a valid image with the same content', async () => {
    await using folder = await tempFolder()
    const original = await churned(folder, 1)
    const content = await contentOf(original)
    const bytes = await readFile(original)
    const path = folder.file('copy.qcow2')
    /** Cancels at one turn; what came of it, and how many turns there were. */
    const cancelledAt = async (turn: number) => {
      await copyFile(original, path)
      const plan = await engine.planCompact(path)
      const cancel = new AbortController()
      let turns = 0
      const onProgress = () => {
        if (turns++ === turn) cancel.abort()
      }
      const { signal } = cancel
      const work = engine.compactImage(path, plan, { mode, signal, onProgress })
      return { reason: await reasonOf(work), turns }
    }
    const { reason: uncancelled, turns } = await cancelledAt(Infinity)
    expect(uncancelled).toBe('none')
    const all = Array.from({ length: turns }, (_, turn) => turn)
    const some = all.filter((turn) => turn % Math.ceil(turns / 8) === 0 || turn === turns - 1)
    for (const turn of some) {
      const { reason } = await cancelledAt(turn)
      // Towards the end, when all is done but the last look, it may come too late.
      expect(reason).toMatch(turn < turns / 2 ? /cancelled$/ : /cancelled$|none/)
      const isUntouched = (await readFile(path)).equals(bytes)
      expect(isUntouched || reason !== 'cancelled').toBe(true)
      expect(await engine.checkImage(path)).toMatchObject({ corruptions: 0 })
      expect(await contentOf(path)).toBe(content)
    }
    expect(some.length).toBeGreaterThan(5)
    expect(openFilesBelow(folder.path)).toEqual([])
  })

  test('a pause, and goes on where it stood', async () => {
    await using folder = await tempFolder()
    const path = await churned(folder, 32)
    const content = await contentOf(path)
    const plan = await engine.planCompact(path)
    const stood = Promise.withResolvers<void>()
    const pause = new PauseSwitch(() => stood.resolve())
    pause.pause()
    const work = engine.compactImage(path, plan, { mode, pause })
    await stood.promise
    expect(pause.isStanding).toBe(true)
    pause.resume()
    expect((await work).outcome).toBe('compacted')
    expect(await contentOf(path)).toBe(content)
  })
})
