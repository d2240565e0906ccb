import { describe, expect, it } from 'vitest'
import {
  newImageOutlook,
  plainImage,
  type NewImage,
} from '../../../renderer/features/create/new-image.ts'

const outlookOf = (part: Partial<NewImage>, isWindows = false) =>
  newImageOutlook({ ...plainImage, name: 'web01', folder: '/srv/vm', ...part }, isWindows)

describe('a new image', () => {
  it('asks for nothing that the engine does by itself', () => {
    expect(outlookOf({}).request?.parameters).toEqual({
      path: '/srv/vm/web01.qcow2',
      format: 'qcow2',
      size: 40 * 2 ** 30,
    })
  })

  it('passes on what was chosen', () => {
    expect(
      outlookOf({
        clusterSize: 2 ** 21,
        compressionType: 'zstd',
        refcountBits: 64,
        extendedL2: true,
        lazyRefcounts: true,
        preallocation: 'metadata',
      }).request?.parameters,
    ).toMatchObject({
      clusterSize: 2 ** 21,
      compressionType: 'zstd',
      refcountBits: 64,
      extendedL2: true,
      lazyRefcounts: true,
      preallocation: 'metadata',
    })
  })

  it('leaves out what version 2 and raw do not have', () => {
    const rich = { compressionType: 'zstd', refcountBits: 64, lazyRefcounts: true } as const
    expect(outlookOf({ ...rich, compat: '0.10' }).request?.parameters).toEqual({
      path: '/srv/vm/web01.qcow2',
      format: 'qcow2',
      size: 40 * 2 ** 30,
      compat: '0.10',
    })
    expect(outlookOf({ ...rich, format: 'raw' }).request?.parameters).toEqual({
      path: '/srv/vm/web01.img',
      format: 'raw',
      size: 40 * 2 ** 30,
    })
  })

  it('names a base in its own folder shortly, any other by its whole path', () => {
    const base = { path: '/srv/vm/base.qcow2', format: 'qcow2', virtualSize: 2 ** 30 } as const
    expect(outlookOf({ base, size: '', format: 'raw' }).request?.parameters).toEqual({
      path: '/srv/vm/web01.qcow2',
      format: 'qcow2',
      backing: 'base.qcow2',
      backingFormat: 'qcow2',
    })
    expect(outlookOf({ base, folder: '/home', size: '' }).request?.parameters).toMatchObject({
      backing: '/srv/vm/base.qcow2',
    })
  })

  it('keeps an ending that was written', () => {
    expect(outlookOf({ name: 'web01.img' }).fileName).toBe('web01.img')
    expect(outlookOf({ name: 'ubuntu-24.04' }).fileName).toBe('ubuntu-24.04.qcow2')
    expect(outlookOf({ folder: '/' }).path).toBe('/web01.qcow2')
    expect(outlookOf({ folder: String.raw`C:\vm` }, true).path).toBe(String.raw`C:\vm\web01.qcow2`)
  })

  it.each([
    [{ name: '' }, 'Write a name first'],
    [{ name: 'a/b' }, 'A name has no slash in it. Choose the folder below.'],
    [{ name: 'ä'.repeat(126) }, 'The name is too long. At most 255 bytes.'],
    [{ folder: undefined }, 'Choose a folder first'],
    [{ size: '' }, 'Write a size first'],
    [{ size: '40' }, '40 of what? Write 40 GiB or 40 MiB.'],
  ])('says what is missing: %j', (part, notYet) => {
    const outlook = outlookOf(part)
    expect(outlook.notYet).toBe(notYet)
    expect(outlook.request).toBeUndefined()
  })

  it('knows what names Windows does not take', () => {
    expect(outlookOf({ name: 'a:b' }, true).nameProblem).toBeDefined()
    expect(outlookOf({ name: 'a:b' }).nameProblem).toBeUndefined()
  })
})
