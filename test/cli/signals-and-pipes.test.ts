import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { truncate } from 'node:fs/promises'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { qemuImg, qemuIo } from '../helpers/qemu.ts'
import { tempFolder, type TempFolder } from '../helpers/temp-folder.ts'
import { entry, platter } from './run-platter.ts'

let folder: TempFolder
let long: string
let small: string

beforeAll(async () => {
  folder = await tempFolder('cli-signals')
  small = folder.file('small.qcow2')
  await qemuImg('create', '-q', '-f', 'qcow2', small, '8M')
  await qemuIo(small, 'write -P 1 0 4M')
  // 512 GiB of zeroes: minutes of digest, whatever the disk does.
  long = folder.file('long.raw')
  await qemuImg('create', '-q', '-f', 'raw', long, '1M')
  await truncate(long, 512 * 1024 ** 3)
})
afterAll(() => folder[Symbol.asyncDispose]())

describe('stopping', () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 143],
  ] as const)('by %s ends cleanly with %d', async (signal, code) => {
    const { exitCode, stdout, stderr } = await platter(['sha', '--progress-fd', '3', long], {
      extraStdio: ['pipe'],
      // The first progress line proves that the work has begun.
      onStart: (child) => child.stdio[3]?.once('data', () => child.kill(signal)),
    })
    expect(exitCode).toBe(code)
    expect(stdout).toBe('')
    expect(stderr).toBe('')
  })

  it('takes one signal that comes twice in a moment for one, and a later one for impatience', async () => {
    const image = folder.file('impatient.qcow2')
    await qemuImg('create', '-q', '-f', 'qcow2', image, '512G')
    await qemuIo(image, 'write -P 7 0 8M', 'write -P 0 8M 1M')
    const { exitCode, stderr } = await platter(['compact', '--progress-fd', '3', image], {
      extraStdio: ['pipe'],
      onStart: (child) =>
        child.stdio[3]?.once('data', () => {
          child.kill('SIGINT')
          child.kill('SIGINT')
        }),
    })
    expect(exitCode).toBe(130)
    expect(stderr).toMatch(/Cancelled \(PLT-\d+\)/)
    expect(stderr).not.toContain('without waiting')
    await qemuImg('check', image)
  })

  it('keeps what a batch had found', async () => {
    const { exitCode, stdout } = await platter(
      ['sha', '--json', '--progress-fd', '3', small, long],
      {
        extraStdio: ['pipe'],
        onStart: (child) =>
          child.stdio[3]?.on('data', (piece: Buffer) => {
            if (piece.toString('utf8').includes('long.raw')) child.kill('SIGINT')
          }),
      },
    )
    expect(exitCode).toBe(130)
    expect(JSON.parse(stdout)).toMatchObject([{ filename: small }])
  })
})

describe('a reader that goes away', () => {
  it('ends the run quietly', async () => {
    const many = folder.file('many.qcow2')
    await qemuImg('create', '-q', '-f', 'qcow2', '-o', 'cluster_size=512', many, '8M')
    const writes = Array.from({ length: 4000 }, (_, index) => `write -q -P 1 ${index * 1024} 512`)
    await qemuIo(many, ...writes)
    const child = spawn(process.execPath, [entry, 'map', '--json', many], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const stderr = text(child.stderr)
    await once(child.stdout, 'data')
    child.stdout.destroy()
    const [code] = await once(child, 'close')
    expect(code).toBe(141)
    expect(await stderr).toBe('')
  })
})
