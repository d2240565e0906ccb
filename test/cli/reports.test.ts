import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { JsonReport } from '../../core/index.ts'
import { Qcow2Builder } from '../helpers/qcow2-builder.ts'
import { qemuImg } from '../helpers/qemu.ts'
import { tempFolder, type TempFolder } from '../helpers/temp-folder.ts'
import { platter } from './run-platter.ts'

let folder: TempFolder
let images: string

beforeAll(async () => {
  folder = await tempFolder('cli-reports')
  images = folder.file('images')
  await mkdir(images)
  await qemuImg('create', '-q', '-f', 'qcow2', folder.file('images', 'sound.qcow2'), '64M')
  await new Qcow2Builder().leak(2).build().writeTo(folder.file('images', 'leaky.qcow2'))
  await writeFile(folder.file('images', 'empty.qcow2'), '')
})
afterAll(() => folder[Symbol.asyncDispose]())

describe('check --report', () => {
  it.each(['csv', 'json', 'html'])('writes %s whole, leaving nothing beside it', async (ending) => {
    const report = folder.file(`report.${ending}`)
    const { exitCode } = await platter(['check', '--report', report, images])
    expect(exitCode).toBe(1)
    const text = await readFile(report, 'utf8')
    for (const name of ['sound.qcow2', 'leaky.qcow2', 'empty.qcow2']) expect(text).toContain(name)
    expect((await readdir(folder.path)).filter((name) => name.endsWith('.part'))).toEqual([])
  })

  it('counts in JSON what the table counted', async () => {
    const report = folder.file('counted.json')
    await platter(['check', '--report', report, images])
    const {
      summary,
      images: rows,
      title,
    } = JSON.parse(await readFile(report, 'utf8')) as JsonReport
    expect(summary).toMatchObject({ total: 3, healthy: 1, leaks: 1, unreadable: 1 })
    expect(title).toBe(images)
    expect(rows.find(({ outcome }) => outcome === 'leaks')?.check?.leaks).toBe(2)
  })

  it('replaces an older report and says when it cannot be written', async () => {
    const report = folder.file('again.csv')
    await writeFile(report, 'old')
    await platter(['check', '--report', report, images])
    expect(await readFile(report, 'utf8')).toMatch(/^path,outcome,/)
    const nowhere = await platter(['check', '--report', folder.file('no', 'such.csv'), images])
    expect(nowhere.exitCode).toBe(1)
    expect(nowhere.stderr).toContain('such.csv could not be written (PLT-1120)')
  })
})
