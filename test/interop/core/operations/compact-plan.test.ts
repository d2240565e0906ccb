import { readFile, truncate, writeFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { PauseSwitch } from '../../../../core/base/pause-switch.ts'
import { ImageError } from '../../../../core/index.ts'
import { nodeHost } from '../../../../core/io/node-host.ts'
import { createEngine } from '../../../../core/node-engine.ts'
import { planCompact } from '../../../../core/operations/plan-compact.ts'
import type { BlockFile } from '../../../../core/storage/block-file.ts'
import { CountingFile } from '../../../../core/storage/counting-file.ts'
import { noise } from '../../../helpers/noise.ts'
import { copied, Qcow2Builder } from '../../../helpers/qcow2-builder.ts'
import { qemuImg, qemuIo, qemuIoWith } from '../../../helpers/qemu.ts'
import { tempFolder } from '../../../helpers/temp-folder.ts'

const engine = createEngine()
const cluster = 65_536
const mebibyte = 2 ** 20

describe('a plan says where space goes', () => {
  test('zero data, leaks, holes and the tail, to the byte', async () => {
    await using folder = await tempFolder()
    const image = new Qcow2Builder({ clusterBits: 16, virtualSize: 32 * cluster })
    for (let guest = 0; guest < 12; guest++) image.data(guest, guest % 3 === 0 ? 0 : 0xaa)
    image.leak(3).build()
    const path = folder.file('known.qcow2')
    await image.writeTo(path)
    const { length } = await readFile(path)
    await truncate(path, length + 5 * cluster)
    await qemuIo(path, `discard ${cluster} ${2 * cluster}`)
    const { causes, before } = await engine.planCompact(path)
    expect(causes).toMatchObject({
      zeroBytes: 4 * cluster,
      zeroMarginBytes: 0,
      leakedBytes: 3 * cluster,
      guestFree: 'not-counted',
    })
    const { holeBytes, tailBytes, leakedBytes } = causes
    expect(holeBytes).toBe(2 * cluster)
    expect(before.fileLength).toBe(length + tailBytes)
    expect([tailBytes, leakedBytes]).toEqual([5 * cluster, 3 * cluster])
  })

  test('and what snapshots alone keep, by their names', async () => {
    await using folder = await tempFolder()
    const path = folder.file('kept.qcow2')
    await qemuImg('create', '-q', '-f', 'qcow2', path, '16M')
    await qemuIo(path, 'write -P 1 0 2M')
    await qemuImg('snapshot', '-c', 'monday', path)
    await qemuIo(path, 'write -P 2 0 1M')
    await qemuImg('snapshot', '-c', 'tuesday', path)
    await qemuIo(path, 'write -P 3 0 512k')
    const { causes, kept } = await engine.planCompact(path)
    expect(causes.snapshotOnly.map(({ name }) => name)).toEqual(['monday', 'tuesday'])
    const [monday, tuesday] = causes.snapshotOnly.map(({ exclusiveBytes }) => exclusiveBytes ?? 0)
    // Each its data, and its tables.
    expect(monday).toBe(mebibyte + 2 * cluster)
    expect(tuesday).toBe(mebibyte / 2 + 2 * cluster)
    expect(causes.snapshotOnlyBytes).toBe((monday ?? 0) + (tuesday ?? 0))
    expect(kept).toMatchObject({ snapshots: 2, bitmaps: 0, virtualSize: 16 * mebibyte })
  })
})

describe('how far a plan looks', () => {
  test('none: no data is read, and zeroes are not spoken of', async () => {
    await using folder = await tempFolder()
    const path = folder.file('disk.qcow2')
    await qemuImg('create', '-q', '-f', 'qcow2', path, '16M')
    await qemuIo(path, 'write -P 1 0 8M', 'write -P 0 2M 2M', 'discard 4M 1M')
    const files: CountingFile[] = []
    const counting = (open: (name: string) => Promise<BlockFile>) => async (name: string) => {
      const file = new CountingFile(await open(name))
      files.push(file)
      return file
    }
    const host: typeof nodeHost = {
      ...nodeHost,
      openFile: counting((name) => nodeHost.openFile(name)),
      openForHolding: counting((name) => nodeHost.openForHolding(name)),
    }
    const plan = await planCompact(host, path, { scan: 'none' })
    expect(files.map((file) => file.countOf('data').bytes)).toEqual([0])
    expect(plan.causes.zeroBytes).toBeUndefined()
    expect(plan.scan).toEqual({ kind: 'none', totalBytes: 0, bytesRead: 0 })
    const { after, isExact } = plan.modes['in-place']
    expect([plan.before.fileLength - (after?.fileLength ?? 0), isExact]).toEqual([mebibyte, true])
    // What was not looked for stays.
    const result = await engine.compactImage(path, plan, { mode: 'in-place' })
    expect(result.after.fileLength).toBe(after?.fileLength)
    expect(result.receipt.zeroBytes).toBe(0)
  })

  test('sampled: an estimate that says so, with the truth inside its margin', async () => {
    await using folder = await tempFolder()
    const path = folder.file('large.qcow2')
    await qemuImg('create', '-q', '-f', 'qcow2', path, '128M')
    await qemuIo(path, 'write -P 1 0 128M', 'write -P 0 24M 32M')
    const sampled = await engine.planCompact(path, { scan: 'sampled' })
    const whole = await engine.planCompact(path, { scan: 'whole' })
    const { zeroBytes = 0, zeroMarginBytes } = sampled.causes
    expect(sampled.scan.kind).toBe('sampled')
    expect(sampled.scan.bytesRead).toBeLessThan(whole.scan.bytesRead)
    expect(Math.abs(zeroBytes - (whole.causes.zeroBytes ?? 0))).toBeLessThanOrEqual(zeroMarginBytes)
    const [guess, truth] = [sampled, whole].map(({ modes }) => modes['in-place'])
    expect([guess?.isExact, truth?.isExact]).toEqual([false, true])
    const difference = (guess?.after?.fileLength ?? 0) - (truth?.after?.fileLength ?? 0)
    expect(Math.abs(difference)).toBeLessThanOrEqual(zeroMarginBytes)
    // By then all of it is looked at.
    const result = await engine.compactImage(path, sampled, { mode: 'in-place', verify: false })
    expect(result.after.fileLength).toBe(truth?.after?.fileLength)
  })

  test('sampled: zeroes that the host does not store are not given back again', async () => {
    await using folder = await tempFolder()
    const path = folder.file('sparse.qcow2')
    const options = 'preallocation=metadata'
    await qemuImg('create', '-q', '-f', 'qcow2', '-o', options, path, '256M')
    await qemuIo(path, 'write -P 1 32M 32M')
    const { before, causes, modes } = await engine.planCompact(path, { scan: 'sampled' })
    expect(causes.zeroBytes).toBeGreaterThan(128 * mebibyte)
    expect(modes.punch).toMatchObject({ gains: false, isExact: false, after: before })
    const inPlace = modes['in-place']
    expect(inPlace).toMatchObject({ gains: true, isExact: false })
    expect(inPlace.after?.fileLength).toBeLessThan(128 * mebibyte)
    expect(inPlace.after?.allocatedBytes).toBeGreaterThanOrEqual(32 * mebibyte)
  })

  test('sampled, where there is little: all of it, and exact', async () => {
    await using folder = await tempFolder()
    const path = folder.file('small.qcow2')
    await qemuImg('create', '-q', '-f', 'qcow2', path, '16M')
    await qemuIo(path, 'write -P 1 0 8M', 'write -P 0 2M 2M')
    const plan = await engine.planCompact(path, { scan: 'sampled' })
    expect(plan.scan).toMatchObject({ kind: 'whole', totalBytes: 8 * mebibyte })
    expect(plan.causes).toMatchObject({ zeroBytes: 2 * mebibyte, zeroMarginBytes: 0 })
  })

  test.each(['none', 'sampled', 'whole'] as const)('of a raw image: %s', async (scan) => {
    await using folder = await tempFolder()
    const path = folder.file('disk.raw')
    await qemuImg('create', '-q', '-f', 'raw', path, '64M')
    await qemuIoWith({ format: 'raw' }, path, 'write -P 1 0 8M', 'write -P 0 2M 2M')
    const plan = await engine.planCompact(path, { scan })
    const isKnown = scan !== 'none'
    expect(plan.causes.zeroBytes).toBe(isKnown ? 2 * mebibyte : undefined)
    expect(plan.modes.punch).toMatchObject({ allowed: true, gains: true, isExact: isKnown })
    const result = await engine.compactImage(path, plan)
    expect(result.receipt.punchedBytes).toBe(2 * mebibyte)
  })
})

describe('a plan', () => {
  test('of an image that was not closed properly leaves it as it is', async () => {
    await using folder = await tempFolder()
    const image = new Qcow2Builder({ clusterBits: 16, lazyRefcounts: true, dirty: true })
    image.data(0).data(1).data(2).leak(4).build()
    const path = folder.file('dirty.qcow2')
    await image.writeTo(path)
    const before = await readFile(path)
    const plan = await engine.planCompact(path)
    expect(plan.modes['in-place'].notes).toContain('rebuilds-refcounts-first')
    // The end of the file goes with the old refcounts, but where nothing moves nobody knows how much.
    expect(plan.modes).toMatchObject({
      'in-place': { isExact: true },
      punch: { isExact: false },
      zeroes: { isExact: false },
    })
    expect((await readFile(path)).equals(before)).toBe(true)
    const result = await engine.compactImage(path, plan, { mode: 'in-place' })
    expect(result.after.fileLength).toBe(plan.modes['in-place'].after?.fileLength)
    expect(await engine.checkImage(path)).toMatchObject({ verdict: 'clean' })
  })

  test('of an image that is marked as corrupt is none', async () => {
    await using folder = await tempFolder()
    const image = new Qcow2Builder({ clusterBits: 16 })
    image.data(0).build()
    image.header('incompatibleFeatures', 2n)
    const path = folder.file('marked.qcow2')
    await image.writeTo(path)
    await expect(engine.planCompact(path)).rejects.toThrow(
      new ImageError('image-corrupt', { path }),
    )
  })

  test('says that reserved space is given up', async () => {
    await using folder = await tempFolder()
    const path = folder.file('reserved.qcow2')
    await qemuImg('create', '-q', '-f', 'qcow2', '-o', 'preallocation=falloc', path, '32M')
    await qemuIo(path, 'write -P 1 0 1M')
    const { modes } = await engine.planCompact(path)
    expect(modes.punch.notes).toEqual(['gives-up-preallocation'])
    expect(modes['in-place'].notes).toEqual(['gives-up-preallocation'])
  })

  test('with refcounts that are too high is not sure, and says why', async () => {
    await using folder = await tempFolder()
    const image = new Qcow2Builder({ clusterBits: 12 })
    image.data(0).data(1, 0).leak(4).data(2).build()
    image.setRefcount(image.hostClusterOf(0), 2n).l2Entry(0, (entry) => entry & ~copied)
    const path = folder.file('counted.qcow2')
    await image.writeTo(path)
    const plan = await engine.planCompact(path)
    for (const mode of ['in-place', 'zeroes'] as const) {
      expect(plan.modes[mode]).toMatchObject({
        isExact: false,
        notes: ['rebuilds-refcounts-first'],
      })
    }
    expect(plan.modes.punch).toMatchObject({ isExact: true, notes: [] })
    const { receipt } = await engine.compactImage(path, plan, { mode: 'in-place' })
    // The file is longer for a while, and the plan has said so.
    expect(receipt.peakExtraBytes).toBeGreaterThan(0)
    expect(receipt.peakExtraBytes).toBeLessThanOrEqual(plan.modes['in-place'].temporaryBytes)
    expect(await engine.checkImage(path)).toMatchObject({ verdict: 'clean' })
  })

  test('says that a snapshot whose table is too short cannot be proved', async () => {
    await using folder = await tempFolder()
    const image = new Qcow2Builder({ clusterBits: 12, virtualSize: 1024 * 4096 })
    image.data(0).leak(4).data(600).snapshot({ id: '1', name: 'short' }).build()
    // One entry of two; it had none of the second.
    image.l1Entry(1, () => 0n).word(image.snapshotTableOffset + 8, (word) => word - (1n << 32n))
    image.setRefcount(image.hostClusterOf(600), 0n).setRefcount(image.l2ClusterOf(600), 0n)
    const path = folder.file('short.qcow2')
    await image.writeTo(path)
    const before = await readFile(path)
    const plan = await engine.planCompact(path)
    expect(plan.proofRefusal).toMatchObject({ reason: 'structure-damaged' })
    await expect(engine.compactImage(path, plan)).rejects.toMatchObject({
      reason: 'structure-damaged',
    })
    expect((await readFile(path)).equals(before)).toBe(true)
    const result = await engine.compactImage(path, plan, { verify: false })
    expect(result.after.fileLength).toBe(plan.modes['in-place'].after?.fileLength)
    expect(await engine.checkImage(path)).toMatchObject({ verdict: 'clean' })
  })

  test('takes the time to hash zeroes that are not stored, but on a large disk that has little else', async () => {
    await using folder = await tempFolder()
    const seconds: number[] = []
    for (const size of ['1G', '16G', '1T']) {
      const path = folder.file(`${size}.qcow2`)
      await qemuImg('create', '-q', '-f', 'qcow2', path, size)
      await qemuIo(path, 'write -P 1 0 2M', 'discard 0 1M')
      const { modes } = await engine.planCompact(path)
      seconds.push(modes['in-place'].estimatedSeconds ?? 0)
    }
    const [small = 0, whole = 0, large = 0] = seconds
    expect(whole).toBeGreaterThan(10 * small)
    expect(large).toBeLessThan(2 * small)
  })

  test('has room for packed data that comes to lie between other clusters', async () => {
    await using folder = await tempFolder()
    const path = folder.file('mixed.qcow2')
    const piece = folder.file('piece')
    const clusters = 12
    const bytes = Buffer.alloc(cluster)
    // Packed, more than half a cluster.
    noise(1, 0.6 * cluster).copy(bytes)
    await writeFile(piece, bytes)
    await qemuImg('create', '-q', '-f', 'qcow2', path, '8M')
    const even = Array.from({ length: clusters }, (_, at) => 2 * at * cluster)
    await qemuIo(path, ...even.map((at) => `write -q -c -s ${piece} ${at} ${cluster}`))
    await qemuIo(path, ...even.map((at) => `write -q -P 7 ${at + cluster} ${cluster}`))
    await qemuIo(path, 'write -q -P 8 4M 1M', 'discard -q 4M 1M', 'write -q -P 8 6M 64k')
    const plan = await engine.planCompact(path)
    const { after, temporaryBytes } = plan.modes.rewrite
    const result = await engine.compactImage(path, plan, { mode: 'rewrite' })
    expect(result.outcome).toBe('compacted')
    expect(result.after.fileLength).toBeGreaterThan(after?.fileLength ?? Infinity)
    expect(result.after.fileLength).toBeLessThanOrEqual(temporaryBytes)
    expect(result.receipt.peakExtraBytes).toBeLessThanOrEqual(temporaryBytes)
  })

  test('of discarding zeroes counts what is cut off the end with them', async () => {
    await using folder = await tempFolder()
    const path = folder.file('full.qcow2')
    await qemuImg('create', '-q', '-f', 'qcow2', '-o', 'preallocation=full', path, '32M')
    await qemuIo(path, 'write -P 1 0 8M')
    const plan = await engine.planCompact(path)
    const { after } = await engine.compactImage(path, plan, { mode: 'zeroes' })
    const planned = plan.modes.zeroes.after
    expect(after.fileLength).toBe(planned?.fileLength)
    expect(after.allocatedBytes).toBeLessThan(16 * mebibyte)
    expect(Math.abs((after.allocatedBytes ?? 0) - (planned?.allocatedBytes ?? 0))).toBeLessThan(
      cluster,
    )
  })

  test('hears a cancel and a pause', async () => {
    await using folder = await tempFolder()
    const path = folder.file('long.qcow2')
    await qemuImg('create', '-q', '-f', 'qcow2', path, '64M')
    await qemuIo(path, 'write -P 1 0 64M')
    const cancel = new AbortController()
    const work = engine.planCompact(path, {
      signal: cancel.signal,
      onProgress: ({ phase }) => {
        if (phase === 'spare') cancel.abort()
      },
    })
    await expect(work).rejects.toMatchObject({ reason: 'cancelled' })

    const stood = Promise.withResolvers<void>()
    const pause = new PauseSwitch(() => stood.resolve())
    pause.pause()
    const paused = engine.planCompact(path, { pause })
    await stood.promise
    pause.resume()
    expect((await paused).causes.zeroBytes).toBe(0)
  })
})
