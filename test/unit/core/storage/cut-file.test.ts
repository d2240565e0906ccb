import { expect, test } from 'vitest'
import { cutFile } from '../../../../core/storage/cut-file.ts'
import { nodeHost } from '../../../../core/io/node-host.ts'
import { tempFolder } from '../../../helpers/temp-folder.ts'

const MIB = 1024 * 1024

/** Runs `work` on a file of 24 MiB whose first 16 MiB are stored; tells the lengths it was given. */
async function cutting(
  work: (file: Awaited<ReturnType<typeof nodeHost.createFile>>) => Promise<void>,
): Promise<readonly number[]> {
  await using folder = await tempFolder()
  await using file = await nodeHost.createFile(folder.file('disk'))
  await file.write(new Uint8Array(16 * MIB).fill(7), 0, 'data')
  file.truncate(24 * MIB)
  const lengths: number[] = []
  const truncate = file.truncate.bind(file)
  file.truncate = (size) => {
    lengths.push(size)
    truncate(size)
  }
  await work(file)
  return lengths
}

test('a file is cut in steps from its end, with a turn after each', async () => {
  let turns = 0
  const lengths = await cutting(async (file) => {
    const breathe = () => {
      turns++
      return undefined
    }
    await cutFile(file, MIB, { clusterSize: 65_536, breathe })
    expect(file.size()).toBe(MIB)
  })
  expect(lengths.length).toBeGreaterThan(2)
  expect(lengths).toEqual(lengths.toSorted((one, other) => other - one))
  expect(turns).toBe(lengths.length)
})

test('a tail that is one hole goes at once', async () => {
  const lengths = await cutting((file) =>
    cutFile(file, 20 * MIB, { clusterSize: 65_536, breathe: () => undefined }),
  )
  expect(lengths).toEqual([20 * MIB])
})

test('what stops it leaves the file as short as it is by then', async () => {
  await cutting(async (file) => {
    const cut = cutFile(file, 0, {
      clusterSize: 65_536,
      breathe: () => {
        throw new Error('enough')
      },
    })
    await expect(cut).rejects.toThrow('enough')
    expect(file.size()).toBe(20 * MIB)
  })
})

test('no step begins once the time is up', async () => {
  const lengths = await cutting(async (file) => {
    await cutFile(file, 0, { clusterSize: 65_536, breathe: () => undefined, atMostMs: 0 })
    expect(file.size()).toBe(24 * MIB)
  })
  expect(lengths).toEqual([])
})
