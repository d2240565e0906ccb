import { hash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { nodeHost } from '../../../../core/io/node-host.ts'
import { readHeaderArea } from '../../../../core/qcow2/header-file.ts'
import { openForWriting } from '../../../../core/qcow2/open-writer.ts'
import type { Qcow2Writer } from '../../../../core/qcow2/qcow2-writer.ts'
import { readSnapshots } from '../../../../core/qcow2/snapshots.ts'
import { randomCall, windowOf, type Window } from '../../../helpers/flat-disk.ts'
import { readableImages, type MatrixImage } from '../../../helpers/image-matrix.ts'
import { someOf } from '../../../helpers/some-of.ts'
import { qemuCheck, qemuImg, qemuIo } from '../../../helpers/qemu.ts'
import { seededRandom } from '../../../helpers/random.ts'
import { tempFolder } from '../../../helpers/temp-folder.ts'

async function openQcow2(image: string): Promise<Qcow2Writer> {
  const opened = await openForWriting(nodeHost, image)
  if (opened.kind !== 'qcow2') throw new Error(`${image} is raw`)
  return opened.image
}

/** The whole disk, or the last megabytes of one that no buffer holds. */
const windowFor = (image: Qcow2Writer) => {
  const length = Math.min(image.virtualSize, 8 * 1024 * 1024)
  return windowOf(image, { start: image.virtualSize - length, length })
}

async function expectClean(image: string): Promise<void> {
  const { exitCode, stdout, stderr } = await qemuCheck(image)
  expect({ exitCode, stderr, stdout }).toEqual({ exitCode: 0, stderr: '', stdout })
}

async function guestBytes(image: string, ...args: string[]): Promise<Buffer> {
  const raw = `${image}.raw`
  await qemuImg('convert', '-f', 'qcow2', '-O', 'raw', ...args, image, raw)
  return readFile(raw)
}

/** What the snapshots of an image hold, by their ids. */
async function snapshotDigests(image: string, ids: readonly string[]): Promise<readonly string[]> {
  const digests: string[] = []
  for (const id of ids) {
    const bytes = await guestBytes(image, '-l', `snapshot.id=${id}`)
    digests.push(`${id} ${hash('sha256', bytes)}`)
  }
  return digests
}

/** Bytes of a window of the disk, as QEMU reads them. */
async function theirWindow(image: string, { start, bytes }: Window): Promise<Buffer> {
  const raw = `${image}.window`
  const window = `driver=raw,offset=${start},size=${bytes.length}`
  const below = `file.driver=qcow2,file.file.driver=file,file.file.filename=${image}`
  await qemuImg('convert', '--image-opts', '-O', 'raw', `${window},${below}`, raw)
  return readFile(raw)
}

async function playRound(image: string, seed: number): Promise<void> {
  const random = seededRandom(seed)
  const writer = await openQcow2(image)
  const window = await windowFor(writer)
  const calls: string[] = []
  for (let call = 0; call < 40 && window.bytes.length > 0; call++) {
    calls.push(await randomCall(writer, window, random))
  }
  const ours = await windowFor(writer)
  expect({ same: Buffer.compare(ours.bytes, window.bytes) === 0, calls }).toEqual({
    same: true,
    calls,
  })
  await writer.close()

  await expectClean(image)
  const theirs = await (writer.virtualSize > window.bytes.length
    ? theirWindow(image, window)
    : guestBytes(image))
  expect({ same: Buffer.compare(theirs, window.bytes) === 0, calls }).toEqual({ same: true, calls })
}

async function factsOf(
  image: string,
): Promise<{ readonly size: number; readonly ids: readonly string[] }> {
  await using file = await nodeHost.openFile(image)
  const { header, geometry } = readHeaderArea(file)
  return { size: geometry.virtualSize, ids: readSnapshots(file, header).map(({ id }) => id) }
}

const seedOf = ({ name }: MatrixImage): number =>
  Array.from(name).reduce((sum, letter) => (sum * 31 + (letter.codePointAt(0) ?? 0)) >>> 0, 7)

describe.concurrent('QEMU agrees with what we write', () => {
  for (const matrixImage of someOf(readableImages, { oneIn: 8, from: 5 })) {
    it(`to ${matrixImage.name}`, async () => {
      await using folder = await tempFolder('write')
      const image = await matrixImage.build(folder.path)
      const { size, ids } = await factsOf(image)
      const snapshots = await snapshotDigests(image, ids)
      await playRound(image, seedOf(matrixImage))
      // And on with what QEMU makes of it.
      if (size >= 1024 * 1024) {
        await qemuIo(image, 'write -P 0xd1 5k 70k', 'write -z -u 200k 130k', 'discard 512k 128k')
      }
      await playRound(image, seedOf(matrixImage) + 1)
      expect(await snapshotDigests(image, ids)).toEqual(snapshots)
    })
  }
})

it('a raw data file reads as the disk does, whatever was written', async () => {
  await using folder = await tempFolder('write')
  const image = folder.file('disk.qcow2')
  const data = folder.file('disk.data')
  const options = `data_file=${data},data_file_raw=on`
  await qemuImg('create', '-q', '-f', 'qcow2', '-o', options, image, '1M')
  const writer = await openQcow2(image)
  const window = await windowOf(writer)
  const random = seededRandom(11)
  for (let call = 0; call < 60; call++) await randomCall(writer, window, random)
  await writer.close()
  expect(Buffer.compare(await readFile(data), window.bytes)).toBe(0)
  expect(path.basename(data)).toBe('disk.data')
  await expectClean(image)
})
