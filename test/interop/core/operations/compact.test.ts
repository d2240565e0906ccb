import { createHash } from 'node:crypto'
import { open } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import {
  ImageError,
  type CompactMode,
  type CompactPlan,
  type CompactResult,
} from '../../../../core/index.ts'
import { createEngine } from '../../../../core/node-engine.ts'
import { dataDigest } from '../../../helpers/data-digest.ts'
import { readableImages } from '../../../helpers/image-matrix.ts'
import { someOf } from '../../../helpers/some-of.ts'
import { createLuksImage, luksArgs, luksImage } from '../../../helpers/luks-image.ts'
import { openFilesBelow } from '../../../helpers/open-files.ts'
import { qemuCheck, qemuImg, qemuIo, qemuIoWith } from '../../../helpers/qemu.ts'
import { tempFolder } from '../../../helpers/temp-folder.ts'

const engine = createEngine()
const links = 'allow'
const mebibyte = 2 ** 20

async function compacted(
  path: string,
  mode: CompactMode | 'auto',
): Promise<{ readonly plan: CompactPlan; readonly result: CompactResult }> {
  const plan = await engine.planCompact(path, { links })
  return { plan, result: await engine.compactImage(path, plan, { mode, links }) }
}

/** What `hashImage` says of the active state, which a receipt must say, too. */
const digestOf = async (path: string): Promise<string> =>
  (await engine.hashImage(path, { links })).digest

async function expectSound(path: string): Promise<void> {
  const { exitCode, stderr } = await qemuCheck(path)
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
}

/** Clusters that are zero, discarded and rewritten: something for every mode. */
const churn = ['write -P 0x41 0 1M', 'write -P 0 256k 256k', 'discard 512k 320k'] as const

/** One of each kind that takes another way. */
const images = readableImages.filter(({ name }) =>
  /^(v2|clusters-(512|2097152)|refcount-bits-1|extended-l2-16384|compressed-zlib|snapshots-v2|preallocation-full|backing-longer|bitmaps|data-file-raw)$/.test(
    name,
  ),
)
const modes = ['in-place', 'punch', 'rewrite', 'zeroes'] as const

/** What came of a mode, or why it was refused. */
interface Outcome {
  readonly refusal?: string
  readonly outcome?: CompactResult['outcome']
  readonly fileLength?: number
  /** Of the active state. */
  readonly sha256?: { readonly before: string; readonly after: string } | undefined
  readonly states?: number
}

/** Bytes of the file afterwards: exact, or at most. */
function lengthBy(plan: CompactPlan, mode: CompactMode): number {
  const { temporaryBytes, after } = plan.modes[mode]
  return mode === 'rewrite' ? temporaryBytes : (after?.fileLength ?? 0)
}

function promisedBy(plan: CompactPlan, mode: CompactMode, content: string): Outcome {
  const { refusals, gains } = plan.modes[mode]
  const [refusal] = refusals
  if (refusal !== undefined) return { refusal: refusal.reason }
  return {
    outcome: gains ? 'compacted' : 'nothing-to-do',
    fileLength: gains ? lengthBy(plan, mode) : plan.before.fileLength,
    sha256: gains ? { before: content, after: content } : undefined,
    states: gains ? 1 + plan.kept.snapshots : 0,
  }
}

async function achievedBy(path: string, plan: CompactPlan, mode: CompactMode): Promise<Outcome> {
  const { isExact } = plan.modes[mode]
  try {
    const result = await engine.compactImage(path, plan, { mode, links })
    const { fileLength } = result.after
    const isDone = result.outcome === 'compacted'
    const atMost = isExact || !isDone ? 0 : lengthBy(plan, mode)
    const { states } = result.receipt
    return {
      outcome: result.outcome,
      fileLength: Math.max(fileLength, atMost),
      sha256: states[0]?.sha256,
      states: states.length,
    }
  } catch (error) {
    if (error instanceof ImageError) return { refusal: error.reason }
    throw error
  }
}

describe.each(modes)('%s does what its plan said, and proves it', (mode) => {
  test.each(someOf(images, { oneIn: 5, from: modes.indexOf(mode) }))('$name', async ({ build }) => {
    await using folder = await tempFolder()
    const path = await build(folder.path)
    await qemuIo(path, ...churn)
    const content = await digestOf(path)
    const plan = await engine.planCompact(path, { links })
    const promised = promisedBy(plan, mode, content)
    expect(await achievedBy(path, plan, mode)).toEqual(promised)
    expect(await digestOf(path)).toBe(content)
    await expectSound(path)
    expect(openFilesBelow(folder.path)).toEqual([])

    // What was gained once is not gained again.
    const again = await engine.planCompact(path, { links })
    const rest = again.modes[mode]
    expect(rest.allowed && rest.gains).toBe(false)
  })
})

describe('what the host stores afterwards', () => {
  test.each(['in-place', 'punch'] as const)('is what the plan said: %s', async (mode) => {
    await using folder = await tempFolder()
    const path = folder.file('churned.qcow2')
    await qemuImg('create', '-q', '-f', 'qcow2', path, '64M')
    await qemuIo(path, 'write -P 5 0 16M', 'write -P 0 4M 4M', 'discard 8M 4M')
    const { plan, result } = await compacted(path, mode)
    const planned = plan.modes[mode].after?.allocatedBytes ?? 0
    // A file system may need a block more or less for its own lists.
    expect(Math.abs((result.after.allocatedBytes ?? 0) - planned)).toBeLessThanOrEqual(64 * 1024)
    expect(result.receipt.peakExtraBytes).toBe(plan.modes[mode].temporaryBytes)
  })
})

describe('snapshots', () => {
  test('are proved each, by the digest that QEMU gives for them', async () => {
    await using folder = await tempFolder()
    const path = folder.file('states.qcow2')
    await qemuImg('create', '-q', '-f', 'qcow2', path, '32M')
    await qemuIo(path, 'write -P 1 0 8M')
    await qemuImg('snapshot', '-c', 'one', path)
    await qemuImg('snapshot', '-c', 'twin', path)
    await qemuIo(path, 'write -P 2 2M 4M', 'write -P 0 16M 2M')
    await qemuImg('snapshot', '-c', 'two', path)
    await qemuIo(path, 'discard 0 6M', 'write -P 3 20M 1M')
    const digests = await Promise.all(
      ['one', 'twin', 'two'].map(async (name) => {
        const raw = folder.file(`${name}.raw`)
        await qemuImg('convert', '-l', `snapshot.name=${name}`, '-O', 'raw', path, raw)
        return digestOf(raw)
      }),
    )
    const active = await digestOf(path)
    const { plan, result } = await compacted(path, 'in-place')
    expect(plan.causes.snapshotOnly.map(({ name }) => name)).toEqual(['one', 'twin', 'two'])
    expect(plan.causes.snapshotOnlyBytes).toBeGreaterThanOrEqual(6 * mebibyte)
    const states = result.receipt.states.map(({ sha256 }) => sha256.after)
    expect(states).toEqual([active, ...digests])
    await expectSound(path)
  })
})

describe('the VM state of a snapshot', () => {
  test.each(['in-place', 'rewrite'] as const)('has a digest of its own: %s', async (mode) => {
    await using folder = await tempFolder()
    const path = folder.file('suspended.qcow2')
    await qemuImg('create', '-q', '-f', 'qcow2', path, '32M')
    // `-b`: into the VM state.
    await qemuIo(path, 'write -P 1 0 4M', 'write -b -P 2 0 3M', 'discard 1M 2M')
    await qemuImg('snapshot', '-c', 'suspended', path)
    await setVmStateSize(path, 3 * mebibyte)
    const expected = createHash('sha256')
      .update(Buffer.alloc(3 * mebibyte, 2))
      .digest('hex')
    const { result } = await compacted(path, mode)
    expect(result.receipt.states.map(({ vmStateSha256 }) => vmStateSha256)).toEqual([
      undefined,
      expected,
    ])
    await qemuImg('snapshot', '-a', 'suspended', path)
    await qemuIo(path, 'read -b -P 2 0 3M', 'read -P 1 0 1M', 'read -P 0 1M 2M')
    await expectSound(path)
  })
})

/** qemu-img takes snapshots without a VM; this says how long the state is that was saved by hand. */
async function setVmStateSize(path: string, bytes: number): Promise<void> {
  await using file = await open(path, 'r+')
  const header = Buffer.alloc(72)
  await file.read(header, 0, 72, 0)
  const entry = Number(header.readBigUInt64BE(64))
  const size = Buffer.alloc(8)
  size.writeBigUInt64BE(BigInt(bytes))
  // The extra data begins with it (qcow2 specification, "Snapshots").
  await file.write(size, 0, 8, entry + 40)
}

describe('a raw image', () => {
  test('gives its zeroes back, and nothing else', async () => {
    await using folder = await tempFolder()
    const path = folder.file('disk.raw')
    await qemuImg('create', '-q', '-f', 'raw', path, '16M')
    await qemuIoWith({ format: 'raw' }, path, 'write -P 7 0 8M', 'write -P 0 2M 3M')
    const content = await digestOf(path)
    const { plan, result } = await compacted(path, 'auto')
    expect(plan.auto).toEqual({ mode: 'punch', because: 'raw-has-only-holes' })
    expect(plan.modes['in-place'].refusals[0]?.reason).toBe('compact-not-possible')
    expect(result.receipt.punchedBytes).toBe(3 * mebibyte)
    expect(result.receipt.proofDigest).toBe('sha256')
    expect(result.after.allocatedBytes).toBe(plan.modes.punch.after?.allocatedBytes)
    expect(result.receipt.states).toEqual([
      {
        snapshot: undefined,
        bytes: 16 * mebibyte,
        sha256: { before: content, after: content },
        vmStateSha256: undefined,
      },
    ])
    expect(await digestOf(path)).toBe(content)
  })
})

describe('a large disk that holds little', () => {
  const size = 100 * 2 ** 30
  const far = 90 * 2 ** 30
  const now = dataDigest(size, [
    { at: 0, bytes: Buffer.alloc(2 * mebibyte, 1) },
    { at: 4 * mebibyte, bytes: Buffer.alloc(2 * mebibyte, 2) },
    { at: far, bytes: Buffer.alloc(mebibyte, 3) },
  ])
  const then = dataDigest(size, [{ at: 0, bytes: Buffer.alloc(6 * mebibyte, 1) }])
  const commands = [
    'write -P 2 4M 2M',
    `write -P 3 ${far} 1M`,
    'write -z 2M 1M',
    'write -P 0 3M 1M',
  ] as const

  test.each(['in-place', 'punch', 'rewrite', 'zeroes'] as const)(
    'is proved by its data, in seconds: %s',
    async (mode) => {
      await using folder = await tempFolder()
      const path = folder.file('disk.qcow2')
      await qemuImg('create', '-q', '-f', 'qcow2', path, '100G')
      await qemuIo(path, 'write -P 1 0 6M')
      await qemuImg('snapshot', '-c', 'monday', path)
      await qemuIo(path, ...commands, 'write -P 9 60G 4M', 'discard 60G 4M')
      const { result } = await compacted(path, mode)
      expect(result).toMatchObject({ outcome: 'compacted', mode })
      expect(result.receipt).toMatchObject({ verified: true, proofDigest: 'sha256-of-data' })
      expect(result.receipt.states.map(({ sha256 }) => sha256)).toEqual([
        { before: now, after: now },
        { before: then, after: then },
      ])
      await expectSound(path)
    },
  )

  test('is proved by its data where it is raw, too', async () => {
    await using folder = await tempFolder()
    const path = folder.file('disk.raw')
    await qemuImg('create', '-q', '-f', 'raw', path, '100G')
    await qemuIoWith({ format: 'raw' }, path, 'write -P 1 0 2M', ...commands)
    const { result } = await compacted(path, 'punch')
    expect(result.receipt).toMatchObject({ verified: true, proofDigest: 'sha256-of-data' })
    expect(result.receipt.states[0]?.sha256).toEqual({ before: now, after: now })
  })
})

describe('an external data file', () => {
  test('gives its zeroes back, and its tables stay true', async () => {
    await using folder = await tempFolder()
    const path = folder.file('split.qcow2')
    const options = `data_file=${folder.file('split.data')}`
    await qemuImg('create', '-q', '-f', 'qcow2', '-o', options, path, '32M')
    await qemuIo(path, 'write -P 7 0 8M', 'write -P 0 2M 3M')
    const content = await digestOf(path)
    const { plan, result } = await compacted(path, 'auto')
    expect(plan.auto).toEqual({ mode: 'punch', because: 'data-file-cannot-move' })
    const { before, after } = result.dataFile ?? {}
    expect((before?.allocatedBytes ?? 0) - (after?.allocatedBytes ?? 0)).toBe(3 * mebibyte)
    expect(after?.fileLength).toBe(before?.fileLength)
    await expectSound(path)
    expect(await digestOf(path)).toBe(content)
  })
})

describe('an encrypted image', () => {
  const createAes = async (path: string, size: string) => {
    const [object, secret] = luksArgs
    const options = 'encrypt.format=aes,encrypt.key-secret=key'
    await qemuImg('create', '-q', '-f', 'qcow2', object, secret, '-o', options, path, size)
  }

  test.each([
    { format: 'AES', create: createAes },
    { format: 'LUKS', create: createLuksImage },
  ])('reads as before with its passphrase: $format', async ({ create }) => {
    await using folder = await tempFolder()
    const path = folder.file('secret.qcow2')
    await create(path, '16M')
    const io = (...commands: string[]) =>
      qemuIoWith({ args: luksArgs }, luksImage(path), ...commands)
    await io('write -P 9 0 4M', 'discard 1M 1M', 'write -P 8 4M 1M', 'discard 0 512k')
    const { plan, result } = await compacted(path, 'auto')
    expect(plan.causes.zeroBytes).toBe(0)
    expect(result.outcome).toBe('compacted')
    expect(result.receipt).toMatchObject({ verified: true, digestOf: 'ciphertext' })
    await io('read -P 9 512k 512k', 'read -P 0 1M 1M', 'read -P 9 2M 2M', 'read -P 8 4M 1M')
    expect(await engine.checkImage(path)).toMatchObject({ verdict: 'clean' })
  })
})

describe('an image that was not closed properly', () => {
  test('has its refcounts counted first, and comes to what was planned', async () => {
    await using folder = await tempFolder()
    const path = folder.file('dirty.qcow2')
    await qemuImg('create', '-q', '-f', 'qcow2', '-o', 'lazy_refcounts=on', path, '32M')
    await qemuIo(path, 'write -P 5 0 8M')
    // The second writer is gone without a word.
    await qemuIoWith(
      { args: ['-c', 'write -P 6 8M 4M', '-c', 'discard 1M 2M', '-c', 'flush'] },
      path,
      'sigraise 9',
    ).catch(() => undefined)
    expect((await engine.readInfo(path)).qcow2?.dirty).toBe(true)
    const content = await digestOf(path)
    const { plan, result } = await compacted(path, 'in-place')
    expect(plan.modes['in-place'].notes).toContain('rebuilds-refcounts-first')
    expect(result.after.fileLength).toBe(plan.modes['in-place'].after?.fileLength)
    expect(await digestOf(path)).toBe(content)
    await expectSound(path)
  })
})
