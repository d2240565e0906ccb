import { execFile } from 'node:child_process'
import { rm } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import type { BenchCase } from './bench-case.ts'
import { cancelled, engine } from './cancel.ts'
import { discardedImage, type DiscardedOptions } from './images.ts'
import { guestLatencies, type Latencies } from './online-guest.ts'

const run = promisify(execFile)

const MIB = 1024 ** 2
/** A compaction that ends sooner says little: the guest goes on for so many requests at least. */
const LEAST_REQUESTS = 4000

/**
 * What a guest waits for its requests while its image is compacted (ours), beside the same requests on
 * the same image when it is not (the peer).
 */
const onlineCase = (measure: keyof Latencies): BenchCase => ({
  name: `online-${measure}`,
  target: { kind: 'ratio', atMost: 2 },
  prepare: async (folder, { isQuick }) => {
    const model = path.join(folder, 'model.qcow2')
    const image = path.join(folder, 'image.qcow2')
    await discardedImage(model, halfDiscarded((isQuick ? 256 : 1024) * MIB))
    const fresh = () => copyImage(model, image, folder)
    return {
      kind: 'in-process-pair',
      peerName: 'without compaction',
      pair: async () => {
        await fresh()
        const beside = await besideCompaction(image)
        await fresh()
        const alone = await undisturbed(image, beside.requests)
        return { ours: beside.latencies[measure], peer: alone[measure] }
      },
    }
  },
})

const halfDiscarded = (virtualSize: number): DiscardedOptions => ({
  virtualSize,
  isStored: () => true,
  isDiscarded: (guest) => guest % 2 === 1,
  keepsStale: false,
})

async function copyImage(model: string, image: string, folder: string): Promise<void> {
  await rm(image, { force: true })
  await run('cp', ['--sparse=always', model, image])
  // What the copy left unwritten would be written at the first flush of the guest.
  await run('sync', ['-f', folder])
}

async function besideCompaction(image: string) {
  await using device = await engine.openDevice(image)
  let compacting = true
  const compaction = device.compact().finally(() => {
    compacting = false
  })
  const [measured] = await Promise.all([
    guestLatencies(device, (requests) => !compacting && requests >= LEAST_REQUESTS),
    compaction,
  ])
  return measured
}

async function undisturbed(image: string, requests: number): Promise<Latencies> {
  await using device = await engine.openDevice(image)
  const { latencies } = await guestLatencies(device, (done) => done >= requests)
  return latencies
}

/** In the middle of moving, with no guest: its requests would only make it shorter. */
const cancelCase: BenchCase = {
  name: 'cancel-online-compaction',
  target: { kind: 'seconds', atMost: 0.2 },
  prepare: async (folder) => {
    const model = path.join(folder, 'model.qcow2')
    const image = path.join(folder, 'image.qcow2')
    await discardedImage(model, halfDiscarded(256 * MIB))
    return cancelled(async (context) => {
      await copyImage(model, image, folder)
      await using device = await engine.openDevice(image)
      const { signal, onProgress } = context
      await device.compact({
        signal,
        onProgress: (progress) => {
          if (progress.done > 0) onProgress?.(progress)
        },
      })
    })
  },
}

export const onlineCases: readonly BenchCase[] = [
  onlineCase('mean'),
  onlineCase('p95'),
  onlineCase('p99'),
  cancelCase,
]
