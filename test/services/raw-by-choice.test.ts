/** Files of no known format that a person says are raw disks: read and changed as that, whatever is in them by then. */
import { open, readFile, rename, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { describe, expect, test, vi } from 'vitest'
import { RemoteError } from '../../ipc/remote-error.ts'
import { commandOf } from '../../renderer/features/jobs/command-of.ts'
import { createQcow2 } from '../helpers/qemu.ts'
import { tempFolder } from '../helpers/temp-folder.ts'
import { openServices } from './open-services.ts'
import { openWorkbench } from './workbench.ts'

const mib = 2 ** 20

// Threads that load the engine from its sources take seconds where much else runs.
vi.setConfig({ testTimeout: 60_000 })

/** Random bytes in front, as of an encrypted volume, then zeroes that the file stores. */
async function unknownDisk(file: string): Promise<void> {
  await writeFile(file, Buffer.concat([Buffer.alloc(mib, 0x5a), Buffer.alloc(3 * mib)]))
}

describe('a file of no known format', () => {
  test('is a raw disk once a person said so, for every action and in the line that does the same', async () => {
    await using folder = await tempFolder('raw-by-choice')
    await using services = await openServices(folder)
    const { client } = services
    const file = folder.file('volume.bin')
    await unknownDisk(file)
    const [imageId = 0] = await services.add(file)
    expect(await services.row(imageId)).toMatchObject({
      health: 'cannot-read',
      error: { reason: 'unknown-format' },
    })
    await expect(client['images.info']({ imageId })).rejects.toMatchObject({
      data: { reason: 'unknown-format' },
    })

    await client['library.setTreatedAsRaw']({ imageId, asRaw: true })
    expect(await services.row(imageId)).toMatchObject({
      treatedAsRaw: true,
      format: 'raw',
      virtualSize: 4 * mib,
      health: 'not-checked',
    })
    expect((await services.row(imageId))?.error).toBeUndefined()
    expect(await client['images.info']({ imageId })).toMatchObject({ format: 'raw' })
    expect(await client['images.disk']({ imageId })).toMatchObject({ virtualSize: 4 * mib })

    const compact = { kind: 'compact', parameters: { mode: 'punch' } } as const
    const compacted = await services.run(
      imageId,
      compact,
      (await services.plan(imageId, compact)).token,
    )
    expect(compacted).toMatchObject({ state: 'succeeded', treatedAsRaw: true })
    expect((await stat(file)).blocks * 512).toBeLessThan(2 * mib)
    expect(commandOf(compacted)).toEqual([
      'platter',
      'compact',
      '--format',
      'raw',
      '--mode',
      'punch',
      file,
    ])

    const grow = { kind: 'resize', parameters: { size: 8 * mib } } as const
    const grown = await services.run(imageId, grow, (await services.plan(imageId, grow)).token)
    expect(grown).toMatchObject({ state: 'succeeded' })
    expect((await stat(file)).size).toBe(8 * mib)
    const undo = { kind: 'undo', parameters: { id: grown.id } } as const
    const undone = await services.run(imageId, undo, (await services.plan(imageId, undo)).token)
    expect(undone).toMatchObject({ state: 'succeeded' })
    // Its receipt tells the disk's sizes as that of the resize does.
    const sizes = [
      { label: 'Virtual size before', bytes: 8 * mib },
      { label: 'Virtual size after', bytes: 4 * mib },
    ]
    expect(undone.result).toMatchObject({ facts: expect.arrayContaining(sizes) as unknown })
    expect((await stat(file)).size).toBe(4 * mib)

    const { jobIds } = await client['jobs.start']({
      request: { kind: 'hash' },
      imageIds: [imageId],
    })
    const hashed = await services.ended(jobIds[0] ?? '')
    expect(hashed).toMatchObject({ state: 'succeeded' })
    expect((await services.row(imageId))?.contentSha256).toBeDefined()
  })

  test('stays one when its guest writes the header of an image there, until its format is detected again', async () => {
    await using folder = await tempFolder('raw-by-choice')
    await using services = await openServices(folder)
    const { client } = services
    const file = folder.file('volume.bin')
    await unknownDisk(file)
    const [imageId = 0] = await services.add(file)
    await client['library.setTreatedAsRaw']({ imageId, asRaw: true })
    // A disk whose backing file is one that its guest would like to read.
    await writeFile(folder.file('secret.raw'), 'of the host'.padEnd(4096))
    const backing = ['-b', folder.file('secret.raw'), '-F', 'raw']
    await createQcow2(folder.file('hostile.qcow2'), '1G', 'cluster_size=64k', ...backing)
    const hostile = await readFile(folder.file('hostile.qcow2'))
    await using handle = await open(file, 'r+')
    await handle.write(hostile, 0, hostile.length, 0)

    await client['library.refresh']({ imageIds: [imageId] })
    const row = await services.row(imageId)
    expect(row).toMatchObject({ format: 'raw', treatedAsRaw: true, virtualSize: 4 * mib })
    expect(row?.backing).toBeUndefined()
    const info = await client['images.info']({ imageId })
    expect(info).toMatchObject({ format: 'raw', virtualSize: 4 * mib })
    const { jobIds } = await client['jobs.start']({
      request: { kind: 'hash' },
      imageIds: [imageId],
    })
    await services.ended(jobIds[0] ?? '')

    await client['library.setTreatedAsRaw']({ imageId, asRaw: false })
    const detected = await services.row(imageId)
    expect(detected).toMatchObject({ format: 'qcow2', virtualSize: 2 ** 30 })
    expect(detected?.treatedAsRaw).toBeUndefined()
    // What it read as when it was taken for another disk is no word about this one.
    expect(detected?.contentSha256).toBeUndefined()
  })

  test('is not taken for a raw disk where its first bytes say what it is', async () => {
    await using folder = await tempFolder('raw-by-choice')
    await using services = await openServices(folder)
    await createQcow2(folder.file('disk.qcow2'), '1G')
    await writeFile(folder.file('cut.qcow2'), await readFile(folder.file('disk.qcow2')))
    await truncate(folder.file('cut.qcow2'), 60)
    for (const name of ['disk.qcow2', 'cut.qcow2']) {
      const [imageId = 0] = await services.add(folder.file(name))
      const answer = services.client['library.setTreatedAsRaw']({ imageId, asRaw: true })
      await expect(answer).rejects.toBeInstanceOf(RemoteError)
      expect((await services.row(imageId))?.treatedAsRaw).toBeUndefined()
    }
  })
})

describe('what a person said of a file', () => {
  test('outlives scans, another name, and a restart', async () => {
    await using folder = await tempFolder('raw-by-choice')
    const [file, renamed] = [folder.file('volume.bin'), folder.file('renamed.bin')]
    await writeFile(file, 'refused')
    let id = 0
    {
      await using bench = openWorkbench(folder.file('data'))
      const folderId = await bench.library.addFolder({
        path: folder.path,
        recursive: false,
        watched: false,
      })
      id = (await bench.library.addPaths([file]))[0] ?? 0
      await bench.library.setTreatedAsRaw(id, true)
      await bench.library.scan(folderId)
      expect(bench.library.row(id)).toMatchObject({ format: 'raw', treatedAsRaw: true })
      expect(bench.library.row(id)?.missingSince).toBeUndefined()
      await rename(file, renamed)
      await bench.library.place(id, renamed, true)
      expect(bench.library.row(id)).toMatchObject({ path: renamed, format: 'raw' })
    }
    await using bench = openWorkbench(folder.file('data'))
    await bench.library.refresh(undefined)
    expect(bench.library.row(id)).toMatchObject({
      path: renamed,
      format: 'raw',
      treatedAsRaw: true,
    })
    expect(await bench.library.toOpen(id)).toMatchObject({ format: 'raw' })
  })

  test('does not hold for another file that gets its name once it is gone', async () => {
    await using folder = await tempFolder('raw-by-choice')
    await using bench = openWorkbench(folder.file('data'))
    const [gone, removed] = [folder.file('gone.bin'), folder.file('removed.bin')]
    for (const file of [gone, removed]) {
      await writeFile(file, 'refused')
      const [id = 0] = await bench.library.addPaths([file])
      await bench.library.setTreatedAsRaw(id, true)
      if (file === removed) bench.library.removeImages([id])
      await rm(file)
      await bench.library.refresh(undefined)
      await writeFile(file, 'clean')
      expect(await bench.library.addPaths([file])).toEqual([id])
      expect(bench.library.row(id)).toMatchObject({ format: 'qcow2' })
      expect(bench.library.row(id)?.treatedAsRaw).toBeUndefined()
    }
  })
})
