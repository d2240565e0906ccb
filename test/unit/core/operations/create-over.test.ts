import { readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { chmod, readlink } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { createEngine } from '../../../../core/index.ts'
import { nodeHost } from '../../../../core/io/node-host.ts'
import { tempFolder } from '../../../helpers/temp-folder.ts'

const engine = createEngine()
const small = { format: 'qcow2', size: 2 ** 20 } as const

describe('creating over a file', () => {
  it('replaces it once the new image is whole, and keeps its rights', async () => {
    await using folder = await tempFolder('create-over')
    const image = folder.file('a.qcow2')
    writeFileSync(image, 'something else')
    await chmod(image, 0o640)
    await engine.createImage(image, small, { overwrite: true })
    expect((await engine.readInfo(image)).virtualSize).toBe(2 ** 20)
    expect(statSync(image).mode % 0o1000).toBe(0o640)
    expect(readdirSync(folder.path)).toEqual(['a.qcow2'])
  })

  it('makes one where none is', async () => {
    await using folder = await tempFolder('create-over')
    const image = folder.file('a.qcow2')
    await engine.createImage(image, small, { overwrite: true })
    expect((await engine.checkImage(image)).verdict).toBe('clean')
  })

  it('leaves a symbolic link one, and replaces what it leads to', async () => {
    await using folder = await tempFolder('create-over')
    const image = folder.file('a.qcow2')
    writeFileSync(image, 'old')
    symlinkSync('a.qcow2', folder.file('link'))
    await engine.createImage(folder.file('link'), small, { overwrite: true })
    expect(await readlink(folder.file('link'))).toBe('a.qcow2')
    expect((await engine.readInfo(image)).format).toBe('qcow2')
  })

  it('is refused while somebody has the file open, also as a plan', async () => {
    await using folder = await tempFolder('create-over')
    const image = folder.file('a.qcow2')
    await engine.createImage(image, small)
    const before = readFileSync(image)
    await using _writer = await nodeHost.openForWriting(image)
    const made = engine.createImage(image, small, { overwrite: true })
    await expect(made).rejects.toMatchObject({ reason: 'file-in-use' })
    const planned = engine.planCreate(image, small, { overwrite: true })
    await expect(planned).rejects.toMatchObject({ reason: 'file-in-use' })
    expect(readFileSync(image).equals(before)).toBe(true)
  })

  it('never replaces what the new image would read through, whatever its name there', async () => {
    await using folder = await tempFolder('create-over')
    const base = folder.file('base.qcow2')
    const middle = folder.file('middle.qcow2')
    await engine.createImage(base, small)
    const backing = { name: 'base.qcow2', format: 'qcow2' } as const
    await engine.createImage(middle, { format: 'qcow2', backing })
    symlinkSync('base.qcow2', folder.file('other'))
    const before = readFileSync(base)
    const options = { format: 'qcow2', backing: { name: 'middle.qcow2', format: 'qcow2' } } as const
    const made = engine.createImage(folder.file('other'), options, { overwrite: true })
    await expect(made).rejects.toMatchObject({ reason: 'output-is-source' })
    expect(readFileSync(base).equals(before)).toBe(true)
  })

  it('leaves the old file and no data file when it fails', async () => {
    await using folder = await tempFolder('create-over')
    const image = folder.file('a.qcow2')
    writeFileSync(image, 'old')
    const stopper = new AbortController()
    const options = { ...small, dataFile: { name: 'a.data' }, preallocation: 'full' } as const
    const made = engine.createImage(image, options, {
      overwrite: true,
      signal: stopper.signal,
      onProgress: () => stopper.abort(),
    })
    await expect(made).rejects.toMatchObject({ kind: 'cancelled' })
    expect(readFileSync(image, 'utf8')).toBe('old')
    expect(readdirSync(folder.path)).toEqual(['a.qcow2'])
  })

  it('never replaces a data file', async () => {
    await using folder = await tempFolder('create-over')
    writeFileSync(folder.file('a.data'), 'somebody else’s')
    const options = { ...small, dataFile: { name: 'a.data' } } as const
    const made = engine.createImage(folder.file('a.qcow2'), options, { overwrite: true })
    await expect(made).rejects.toMatchObject({ reason: 'data-file-exists' })
    expect(readdirSync(folder.path)).toEqual(['a.data'])
  })
})
