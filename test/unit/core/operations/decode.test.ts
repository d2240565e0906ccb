/** Decoding that is stopped, or meets something that fails: no file is left, and nobody is waited for. */
import { createReadStream } from 'node:fs'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { ImageError } from '../../../../core/errors/image-error.ts'
import { nodeHost } from '../../../../core/io/node-host.ts'
import { decodeImage } from '../../../../core/operations/decode.ts'
import type { DecodeTarget } from '../../../../core/operations/decode-result.ts'
import { streamDecode } from '../../../../core/operations/stream-decode.ts'
import type { OperationContext } from '../../../../core/progress.ts'
import { noise } from '../../../helpers/noise.ts'
import { Qcow2Builder } from '../../../helpers/qcow2-builder.ts'
import { tempFolder, type TempFolder } from '../../../helpers/temp-folder.ts'

const MIB = 2 ** 20

/** 8 MiB of data on a disk of 64 GiB. */
async function imageIn(folder: TempFolder): Promise<string> {
  const builder = new Qcow2Builder({ clusterBits: 21, virtualSize: 2 ** 36 })
  for (let guest = 0; guest < 4; guest++) builder.data(guest * 1000, guest + 1)
  return builder.writeTo(folder.file('disk.qcow2'))
}

type Decode = (target: DecodeTarget, context: OperationContext) => Promise<unknown>

const ways: readonly (readonly [string, (image: string) => Decode])[] = [
  ['decode', (image) => (target, context) => decodeImage(nodeHost, image, target, context)],
  [
    'stream-decode',
    (image) => (target, context) =>
      streamDecode(nodeHost, createReadStream(image), target, { name: 'pipe', ...context }),
  ],
]

/** Milliseconds from the cancel to the answer, and what that was. */
async function cancelled(
  work: (signal: AbortSignal, isUnderWay: () => void) => Promise<unknown>,
): Promise<{ readonly took: number; readonly reason: string }> {
  const stopper = new AbortController()
  const underWay = Promise.withResolvers<void>()
  const answer = work(stopper.signal, underWay.resolve).then(
    () => 'done',
    (error: unknown) => ImageError.from(error).reason,
  )
  await Promise.race([underWay.promise, answer])
  const from = performance.now()
  stopper.abort()
  const reason = await answer
  return { took: performance.now() - from, reason }
}

describe.each(ways)('%s', (_name, decodeOf) => {
  test('is cancelled while it writes a file, and leaves none', async () => {
    await using folder = await tempFolder()
    const image = await imageIn(folder)
    const target = { kind: 'file', path: folder.file('out.raw') } as const
    const { took, reason } = await cancelled((signal, isUnderWay) =>
      decodeOf(image)(target, { signal, onProgress: isUnderWay }),
    )
    expect(reason).toBe('decode-cancelled')
    expect(took).toBeLessThan(200)
    expect(await readdir(folder.path)).toEqual(['disk.qcow2'])
  })

  test('is cancelled while the reader of its output sleeps', async () => {
    await using folder = await tempFolder()
    const image = await imageIn(folder)
    const { took, reason } = await cancelled((signal, isUnderWay) => {
      const never = new Promise<void>(() => undefined)
      const sink = {
        write: (): Promise<void> => {
          isUnderWay()
          return never
        },
      }
      return decodeOf(image)({ kind: 'sink', sink }, { signal })
    })
    expect(reason).toBe('decode-cut-short')
    expect(took).toBeLessThan(200)
  })

  test('passes on what its output throws, as it is', async () => {
    await using folder = await tempFolder()
    const image = await imageIn(folder)
    const closed = new Error('the reader went away')
    let writes = 0
    const sink = {
      write: (): Promise<void> => (++writes === 3 ? Promise.reject(closed) : Promise.resolve()),
    }
    await expect(decodeOf(image)({ kind: 'sink', sink }, {})).rejects.toBe(closed)
    expect(writes).toBe(3)
  })

  test('is not begun when it was cancelled before', async () => {
    await using folder = await tempFolder()
    const image = await imageIn(folder)
    const before = await readFile(image)
    const target = { kind: 'file', path: folder.file('disk.qcow2'), overwrite: true } as const
    const signal = AbortSignal.abort()
    await expect(decodeOf(image)(target, { signal })).rejects.toMatchObject({ kind: 'cancelled' })
    expect((await readFile(image)).equals(before)).toBe(true)
  })
})

test('a stream that sends nothing is not waited for after a cancel', async () => {
  await using folder = await tempFolder()
  const target = { kind: 'file', path: folder.file('out.raw') } as const
  const { took, reason } = await cancelled((signal, isUnderWay) => {
    const input = {
      [Symbol.asyncIterator]: () => ({
        next: () => {
          isUnderWay()
          return new Promise<IteratorResult<Uint8Array>>(() => undefined)
        },
      }),
    }
    return streamDecode(nodeHost, input, target, { name: 'pipe', signal })
  })
  expect(reason).toBe('decode-cancelled')
  expect(took).toBeLessThan(200)
  expect(await readdir(folder.path)).toEqual([])
})

test('a stream that fails says where, and leaves no file', async () => {
  await using folder = await tempFolder()
  const image = await readFile(await imageIn(folder))
  async function* failing(): AsyncGenerator<Uint8Array> {
    yield image.subarray(0, 5 * MIB)
    throw Object.assign(new Error('reset'), { code: 'ECONNRESET' })
  }
  const target = { kind: 'file', path: folder.file('out.raw') } as const
  await expect(streamDecode(nodeHost, failing(), target, { name: 'pipe' })).rejects.toMatchObject({
    reason: 'read-failed',
    context: { path: 'pipe', offset: 5 * MIB, errno: 'ECONNRESET' },
  })
  expect(await readdir(folder.path)).toEqual(['disk.qcow2'])
})

test('a file that is to be replaced stays until the new one is whole', async () => {
  await using folder = await tempFolder()
  const image = await readFile(await imageIn(folder))
  const old = noise(1, 1000)
  await writeFile(folder.file('out.raw'), old)
  const target = { kind: 'file', path: folder.file('out.raw'), overwrite: true } as const
  async function* cut(): AsyncGenerator<Uint8Array> {
    yield image.subarray(0, 9 * MIB)
  }
  const work = streamDecode(nodeHost, cut(), target, { name: 'pipe' })
  await expect(work).rejects.toMatchObject({ reason: 'stream-cut-short' })
  expect((await readFile(folder.file('out.raw'))).equals(old)).toBe(true)
  expect((await readdir(folder.path)).toSorted()).toEqual(['disk.qcow2', 'out.raw'])
})

test('a header that asks for a huge table gets no memory before the table comes', async () => {
  // 4 Mi entries of L1 table and a refcount table of 8 MiB, of which nothing follows.
  const builder = new Qcow2Builder({ clusterBits: 16 })
  builder
    .header('l1Size', 4 * MIB)
    .header('size', 2 ** 51)
    .header('refcountTableClusters', 128)
  const { bytes } = builder
  async function* header(): AsyncGenerator<Uint8Array> {
    yield bytes.subarray(0, 65_536)
  }
  const target = { kind: 'sink', sink: { write: async () => undefined } } as const
  const before = process.memoryUsage().arrayBuffers
  const work = streamDecode(nodeHost, header(), target, { name: 'pipe' })
  await expect(work).rejects.toMatchObject({ reason: 'stream-cut-short' })
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(16 * MIB)
})
