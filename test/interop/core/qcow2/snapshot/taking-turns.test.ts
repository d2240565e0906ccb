import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { nodeHost } from '../../../../../core/io/node-host.ts'
import type { HeaderArea } from '../../../../../core/qcow2/format/header-area.ts'
import { readHeaderArea } from '../../../../../core/qcow2/header-file.ts'
import { applySnapshot } from '../../../../../core/qcow2/snapshot/apply-snapshot.ts'
import { createSnapshot } from '../../../../../core/qcow2/snapshot/create-snapshot.ts'
import { deleteSnapshot } from '../../../../../core/qcow2/snapshot/delete-snapshot.ts'
import { renameSnapshot } from '../../../../../core/qcow2/snapshot/rename-snapshot.ts'
import type { WritableFile } from '../../../../../core/storage/writable-file.ts'
import { readableImages } from '../../../../helpers/image-matrix.ts'
import { someOf } from '../../../../helpers/some-of.ts'
import { qemuCheck, qemuImg, qemuImgJson, qemuIo } from '../../../../helpers/qemu.ts'
import { seededRandom, type Random } from '../../../../helpers/random.ts'
import { tempFolder } from '../../../../helpers/temp-folder.ts'

const kinds = [
  'v2',
  'v3',
  'clusters-512',
  'clusters-2097152',
  'size-odd',
  'size-one-sector',
  'refcount-bits-2',
  'refcount-bits-4',
  'refcount-bits-32',
  'refcount-bits-64',
  'extended-l2-16384',
  'preallocation-metadata',
  'compressed-zlib',
  'compressed-zlib-512',
  'compressed-extended-l2',
  'snapshots-v2',
  'snapshot-applied',
  'backing-shorter',
  'backing-extended-l2',
  'lazy-refcounts',
]

/** Refcounts of two bits count to three: the present state and two snapshots. */
const mostSnapshots = (kind: string) => (kind === 'refcount-bits-2' ? 2 : 4)
const steps = 8

interface Known {
  readonly name: string
  readonly digest: string
}

/** One image that Platter and QEMU change by turns, and what each of its snapshots must read as. */
class Scene {
  readonly #path: string
  readonly #raw: string
  readonly #random: Random
  readonly #mostSnapshots: number
  readonly known: Known[] = []

  constructor(
    path: string,
    options: {
      readonly raw: string
      readonly random: Random
      readonly mostSnapshots: number
    },
  ) {
    this.#path = path
    this.#raw = options.raw
    this.#random = options.random
    this.#mostSnapshots = options.mostSnapshots
  }

  /**
   * Creates, applies, renames or deletes a snapshot, by Platter or by QEMU. Gives what the disk must read
   * as afterwards.
   */
  async turn(step: number): Promise<string> {
    const random = this.#random
    const by = random.chance(0.6) ? 'Platter' : 'QEMU'
    const action =
      step < 2 ? 'create' : random.pick(['create', 'apply', 'apply', 'delete', 'rename'])
    const digest = await this.digest()
    if (action === 'create' && this.known.length < this.#mostSnapshots) {
      const name = `state ${step}`
      if (by === 'QEMU') await qemuImg('snapshot', '-c', name, this.#path)
      else await this.#ours((...image) => createSnapshot(...image, { name, takenAt: step }))
      this.known.push({ name, digest })
      return digest
    }
    if (this.known.length === 0) return digest
    const chosen = random.pick(this.known)
    const snapshot = { name: chosen.name }
    if (action === 'apply') {
      // QEMU counts the new references before it drops the old ones, and so one further than two bits go.
      const countsTooFar = this.known.length === 2 && this.#mostSnapshots === 2
      if (by === 'QEMU' && !countsTooFar) {
        await qemuImg('snapshot', '-a', chosen.name, this.#path)
        return chosen.digest
      }
      const keeps = this.known.length < this.#mostSnapshots && random.chance(0.6)
      const keepPresentAs = keeps ? { name: `kept ${step}`, takenAt: step } : undefined
      await this.#ours((...image) => applySnapshot(...image, { snapshot, keepPresentAs }))
      if (keepPresentAs !== undefined) this.known.push({ name: keepPresentAs.name, digest })
      return chosen.digest
    }
    const index = this.known.indexOf(chosen)
    if (action === 'rename') {
      const name = `renamed ${step}`
      await this.#ours((...image) => renameSnapshot(...image, { snapshot, name }))
      this.known[index] = { name, digest: chosen.digest }
      return digest
    }
    if (by === 'QEMU') await qemuImg('snapshot', '-d', chosen.name, this.#path)
    else await this.#ours((...image) => deleteSnapshot(...image, { snapshot }))
    this.known.splice(index, 1)
    return digest
  }

  async write(step: number, size: number): Promise<void> {
    const random = this.#random
    const at = random.below(Math.max(1, Math.floor(size / 4096))) * 4096
    const length = Math.min(size - at, 4096 * (1 + random.below(40)))
    const data = `write -P ${step + 1}`
    await qemuIo(this.#path, `${random.pick([data, data, 'write -z', 'discard'])} ${at} ${length}`)
  }

  /** Digest of the present state or of a snapshot, as qemu-img exports it. */
  async digest(snapshot?: string): Promise<string> {
    const choice = snapshot === undefined ? [] : ['-l', `snapshot.name=${snapshot}`]
    await qemuImg('convert', '-f', 'qcow2', '-O', 'raw', ...choice, this.#path, this.#raw)
    return createHash('sha256')
      .update(await readFile(this.#raw))
      .digest('hex')
  }

  /** What qemu-img lists, with what each snapshot reads as. */
  async listed(): Promise<Known[]> {
    const { snapshots = [] } = await qemuImgJson<Info>('info', this.#path)
    const listed: Known[] = []
    for (const { name } of snapshots) listed.push({ name, digest: await this.digest(name) })
    return listed
  }

  async #ours(change: (file: WritableFile, area: HeaderArea) => Promise<unknown>): Promise<void> {
    await using file = await nodeHost.openForWriting(this.#path)
    await change(file, readHeaderArea(file))
  }
}

interface Info {
  readonly 'virtual-size': number
  readonly snapshots?: readonly { readonly name: string }[]
}

describe('Platter and QEMU take turns at the snapshots of one image', () => {
  const images = readableImages.filter(({ name }) => kinds.includes(name))

  test.each(someOf(images, { oneIn: 5 }))(
    '$name',
    { timeout: 60_000 },
    async ({ name: kind, build }) => {
      await using folder = await tempFolder()
      const path = await build(folder.path)
      const info = await qemuImgJson<Info>('info', path)
      for (const { name } of info.snapshots ?? []) await qemuImg('snapshot', '-d', name, path)
      const scene = new Scene(path, {
        raw: folder.file('oracle.raw'),
        random: seededRandom(kind.length * 7919 + 3),
        mostSnapshots: mostSnapshots(kind),
      })
      for (let step = 0; step < steps; step++) {
        const expected = await scene.turn(step)
        expect(await scene.digest()).toBe(expected)
        expect(await qemuCheck(path)).toMatchObject({ exitCode: 0 })
        await scene.write(step, info['virtual-size'])
      }
      expect(await qemuCheck(path)).toMatchObject({ exitCode: 0 })
      expect(await scene.listed()).toEqual(scene.known)
    },
  )

  test('every kind is in the matrix', () => {
    expect(images.map(({ name }) => name).toSorted()).toEqual(kinds.toSorted())
  })
})
