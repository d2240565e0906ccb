/** Repairing a copy: the image is left alone, and the copy is whole and sound or not there. */
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { ImageError } from '../../../../core/errors/image-error.ts'
import { nodeHost } from '../../../../core/io/node-host.ts'
import { checkImage } from '../../../../core/operations/check.ts'
import { planRepair } from '../../../../core/operations/plan-repair.ts'
import { repairCopy } from '../../../../core/operations/repair-copy.ts'
import { holdingProcess } from '../../../helpers/holding-process.ts'
import { copied, Qcow2Builder } from '../../../helpers/qcow2-builder.ts'
import { qemuImg } from '../../../helpers/qemu.ts'
import { tempFolder } from '../../../helpers/temp-folder.ts'

const miscounted = (): Qcow2Builder =>
  new Qcow2Builder()
    .data(0)
    .data(1)
    .leak(2)
    .l2Entry(0, (entry) => entry & ~copied)

const unaligned = (): Qcow2Builder => new Qcow2Builder().data(0).l2Entry(0, () => copied | 0x1200n)

async function reasonOf(work: Promise<unknown>): Promise<string> {
  const error = await work.catch((thrown: unknown) => thrown)
  if (!(error instanceof ImageError)) throw new Error('this should have been refused')
  expect(JSON.stringify(error.explanation)).not.toMatch(/undefined|NaN/)
  return error.reason
}

/** A host whose files of another name than the image's do what the test wants. */
const hostWhose = (part: Partial<typeof nodeHost>): typeof nodeHost => ({ ...nodeHost, ...part })

describe('repairing a copy', () => {
  it('leaves the image to the last byte as it was, and the copy sound', async () => {
    await using folder = await tempFolder('repair-copy')
    const path = await miscounted().writeTo(folder.file('disk.qcow2'))
    const [bytes, times] = [readFileSync(path), statSync(path)]
    const to = folder.file('disk repaired.qcow2')
    const result = await repairCopy(nodeHost, path, to, await planRepair(nodeHost, path))
    expect(result).toMatchObject({
      path: to,
      corruptionsFixed: 1,
      leaksFixed: 2,
      safetyCopy: undefined,
      after: { verdict: 'clean' },
    })
    expect(readFileSync(path).equals(bytes)).toBe(true)
    expect([statSync(path).ino, statSync(path).mtimeMs]).toEqual([times.ino, times.mtimeMs])
    expect((await checkImage(nodeHost, to)).verdict).toBe('clean')
    await qemuImg('check', '-q', to)
    // No safety copy: nobody else ever had the file that was repaired.
    expect(readdirSync(folder.path).toSorted()).toEqual(['disk repaired.qcow2', 'disk.qcow2'])
  })

  it('replaces no file', async () => {
    await using folder = await tempFolder('repair-copy')
    const path = await miscounted().writeTo(folder.file('disk.qcow2'))
    const to = folder.file('other.qcow2')
    writeFileSync(to, 'mine')
    const plan = await planRepair(nodeHost, path)
    expect(await reasonOf(repairCopy(nodeHost, path, to, plan))).toBe('name-taken')
    expect(readFileSync(to, 'utf8')).toBe('mine')
    expect(readdirSync(folder.path).toSorted()).toEqual(['disk.qcow2', 'other.qcow2'])
  })

  it('gives nothing up that nobody agreed to', async () => {
    await using folder = await tempFolder('repair-copy')
    const path = await unaligned().writeTo(folder.file('disk.qcow2'))
    const consent = ['unmap-unaligned'] as const
    const plan = await planRepair(nodeHost, path, { consent })
    const to = folder.file('copy.qcow2')
    expect(await reasonOf(repairCopy(nodeHost, path, to, plan))).toBe('repair-consent-missing')
    const { after } = await repairCopy(nodeHost, path, to, plan, { consent })
    expect(after.verdict).toBe('clean')
  })

  it('does only what was planned for the image as it is', async () => {
    await using folder = await tempFolder('repair-copy')
    const path = await miscounted().writeTo(folder.file('disk.qcow2'))
    const plan = await planRepair(nodeHost, path)
    writeFileSync(path, miscounted().data(5).build().bytes)
    const to = folder.file('copy.qcow2')
    expect(await reasonOf(repairCopy(nodeHost, path, to, plan))).toBe('plan-outdated')
    expect(readdirSync(folder.path)).toEqual(['disk.qcow2'])
  })

  it('does not read what somebody writes to', async () => {
    await using folder = await tempFolder('repair-copy')
    const path = await miscounted().writeTo(folder.file('disk.qcow2'))
    const plan = await planRepair(nodeHost, path)
    await using holder = await holdingProcess(path)
    expect(await holder.order('write')).toBe('done')
    const to = folder.file('copy.qcow2')
    expect(await reasonOf(repairCopy(nodeHost, path, to, plan))).toBe('file-in-use')
  })

  it('makes no second image over one data file', async () => {
    await using folder = await tempFolder('repair-copy')
    const path = folder.file('disk.qcow2')
    const options = `data_file=${folder.file('disk.data')},data_file_raw=on`
    await qemuImg('create', '-q', '-f', 'qcow2', '-o', options, path, '1M')
    const plan = await planRepair(nodeHost, path)
    const to = folder.file('copy.qcow2')
    expect(await reasonOf(repairCopy(nodeHost, path, to, plan))).toBe('repair-copy-data-file')
  })

  it('leaves no file behind when it is cancelled at any turn', async () => {
    await using folder = await tempFolder('repair-copy')
    const path = await miscounted().writeTo(folder.file('disk.qcow2'))
    const plan = await planRepair(nodeHost, path)
    const to = folder.file('copy.qcow2')
    const phases = new Set<string>()
    await repairCopy(nodeHost, path, to, plan, { onProgress: ({ phase }) => phases.add(phase) })
    expect([...phases]).toEqual(expect.arrayContaining(['data', 'proof', 'tables']))
    await nodeHost.removeFile(to)
    for (const stopAt of phases) {
      const stop = new AbortController()
      const work = repairCopy(nodeHost, path, to, plan, {
        signal: stop.signal,
        onProgress: ({ phase }) => phase === stopAt && stop.abort(),
      })
      expect(await reasonOf(work)).toBe('cancelled')
      expect(readdirSync(folder.path)).toEqual(['disk.qcow2'])
    }
  })

  it.each([
    ['ENOSPC', 'no-space', 'repair-copy-no-space'],
    ['EIO', 'write-failed', 'repair-copy-failed'],
  ] as const)(
    'says of the image what went wrong with the copy (%s)',
    async (errno, given, said) => {
      await using folder = await tempFolder('repair-copy')
      const path = await miscounted().writeTo(folder.file('disk.qcow2'))
      const plan = await planRepair(nodeHost, path)
      const failing = hostWhose({
        createPrivateFile: async (name) => {
          const file = await nodeHost.createPrivateFile(name)
          file.write = () => Promise.reject(new ImageError(given, { path: name, errno }))
          return file
        },
      })
      const to = folder.file('copy.qcow2')
      expect(await reasonOf(repairCopy(failing, path, to, plan))).toBe(said)
      expect(readdirSync(folder.path)).toEqual(['disk.qcow2'])
    },
  )
})
