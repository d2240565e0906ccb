/** `platter decode` and `platter stream-decode`, as people run them. */
import { readdir, writeFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { decodeJson } from '../../cli/schemas/decode-json.ts'
import { noise } from '../helpers/noise.ts'
import { createQcow2, qemuImg, qemuIo } from '../helpers/qemu.ts'
import { qemuSession } from '../helpers/qemu-session.ts'
import { tempFolder, type TempFolder } from '../helpers/temp-folder.ts'
import { shell } from './shell.ts'

const MIB = 2 ** 20

let folder: TempFolder
const file = (...names: string[]): string => folder.file(...names)
/** What the guest of disk.qcow2 reads. */
let content: Buffer

beforeAll(async () => {
  folder = await tempFolder('cli-decode')
  content = Buffer.alloc(24 * MIB)
  content.set(noise(1, 5 * MIB), 2 * MIB)
  content.set(noise(2, MIB), 20 * MIB)
  await writeFile(file('source'), content)
  await qemuImg('convert', '-f', 'raw', '-O', 'qcow2', file('source'), file('disk.qcow2'))
  await qemuImg('convert', '-c', '-f', 'raw', '-O', 'qcow2', file('source'), file('packed.qcow2'))
  const backing = ['-b', 'disk.qcow2', '-F', 'qcow2']
  await qemuImg('create', '-q', '-f', 'qcow2', ...backing, file('overlay.qcow2'), '24M')
  await qemuIo(file('overlay.qcow2'), 'write -P 9 1M 64k')
})
afterAll(() => folder[Symbol.asyncDispose]())

/** Runs in the folder; nothing stays in the history. */
const run = (line: string) => shell(line, folder.path)
const leftovers = async (): Promise<string[]> =>
  (await readdir(folder.path)).filter((name) => /platter-|^x/.test(name))

describe('decode', () => {
  it('makes a raw file beside the image, and tells what it came to', async () => {
    const { exitCode, stdout, stderr } = await run(
      'platter decode disk.qcow2; code=$?; cmp disk.raw source; rm disk.raw; exit $code',
    )
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
    expect(stdout).toBe(
      [
        'disk.raw: raw file made',
        '  Virtual size  24 MiB (25,165,824 bytes)',
        '  Not zero      6 MiB (6,291,456 bytes)',
        '  On disk       6 MiB',
        `  Read          ${/Read {10}(.*)/.exec(stdout)?.[1] ?? ''}`,
        '',
      ].join('\n'),
    )
  })

  it('answers in JSON, and follows the chain', async () => {
    const { stdout } = await run('platter decode --json overlay.qcow2 x.raw')
    const answer = decodeJson.parse(JSON.parse(stdout))
    expect(answer).toMatchObject({
      filename: 'overlay.qcow2',
      virtualSize: 24 * MIB,
      target: { filename: 'x.raw', replaced: false, fileLength: 24 * MIB },
    })
    await qemuImg('compare', '-f', 'qcow2', '-F', 'raw', file('overlay.qcow2'), file('x.raw'))
    // Once more over the file that is there now.
    const refused = await run('platter decode --json overlay.qcow2 x.raw')
    expect(refused).toMatchObject({ exitCode: 1, stdout: '' })
    expect(JSON.parse(refused.stderr)).toMatchObject({ error: { reason: 'output-exists' } })
    const again = await run(
      'platter decode --json --overwrite disk.qcow2 x.raw; cmp x.raw source; rm x.raw',
    )
    expect(decodeJson.parse(JSON.parse(again.stdout)).target.replaced).toBe(true)
  })

  it('writes the disk, and nothing else, to standard output', async () => {
    expect(await run('platter decode packed.qcow2 - | cmp - source')).toEqual({
      exitCode: 0,
      stdout: '',
      stderr: '',
    })
  })

  it('takes a snapshot by its name', async () => {
    await createQcow2(file('snapshots.qcow2'), '1M')
    await qemuIo(file('snapshots.qcow2'), 'write -P 1 0 64k')
    await qemuImg('snapshot', '-c', 'monday', file('snapshots.qcow2'))
    await qemuIo(file('snapshots.qcow2'), 'write -P 2 0 64k')
    const firstByte = (options: string) =>
      run(`platter decode ${options} snapshots.qcow2 - | head -c 1 | od -An -tu1`)
    expect((await firstByte('--snapshot monday')).stdout.trim()).toBe('1')
    expect((await firstByte('')).stdout.trim()).toBe('2')
    const none = await run('platter decode --snapshot tuesday snapshots.qcow2 x.raw')
    expect(none.exitCode).toBe(1)
    expect(none.stderr).toContain('no snapshot with the name “tuesday”')
    expect(await leftovers()).toEqual([])
  })

  it('refuses an image that a VM has open, with 75', async () => {
    await createQcow2(file('running.qcow2'), '1M')
    await using _vm = await qemuSession(file('running.qcow2'))
    const { exitCode, stderr } = await run('platter decode running.qcow2 x.raw')
    expect(exitCode).toBe(75)
    expect(stderr).toContain('is in use')
    expect(await leftovers()).toEqual([])
  })

  it.each([
    ['decode -', 'Name the raw file'],
    ['decode --snapshot monday - x.raw < disk.qcow2', '--snapshot and --format'],
    ['decode source.raw', 'Name the new file'],
    ['decode --overwrite disk.qcow2 -', '--overwrite'],
    ['decode', 'image'],
    ['decode a b c', 'argument'],
    ['stream-decode --overwrite < disk.qcow2', '--overwrite'],
    ['stream-decode --format raw - x.raw < disk.qcow2', '--format'],
  ])('%s is a wrong command line', async (words, hint) => {
    const { exitCode, stdout, stderr } = await run(`platter ${words} | cat`)
    expect({ exitCode, stdout }).toEqual({ exitCode: 64, stdout: '' })
    expect(stderr).toContain(hint)
  })
})

describe('stream-decode', () => {
  it.each([
    ['cat disk.qcow2 | platter stream-decode - x.raw', 'x.raw: raw file made'],
    ['platter stream_decode - x.raw < packed.qcow2', 'x.raw: raw file made'],
    ['platter decode - x.raw < packed.qcow2', 'x.raw: raw file made'],
    ['platter stream-decode packed.qcow2 x.raw', 'x.raw: raw file made'],
    ['platter stream-decode <(cat disk.qcow2) x.raw', 'x.raw: raw file made'],
    ['cat disk.qcow2 | platter stream-decode > x.raw', ''],
    ['cat packed.qcow2 | platter stream-decode - - | cat > x.raw', ''],
  ])('%s', async (line, says) => {
    const { exitCode, stdout, stderr } = await run(
      `${line}; code=$?; cmp x.raw source; rm x.raw; exit $code`,
    )
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
    expect(stdout.split('\n')[0]).toBe(says)
  })

  it.each([
    ['cat overlay.qcow2', 'backing file, disk.qcow2,'],
    ['head -c 3000000 disk.qcow2', 'ended after 3000000 bytes'],
    ['head -c 100 disk.qcow2', 'ends inside its header'],
    ['echo no image', 'is not a qcow2 image'],
    ['printf ""', 'is empty'],
  ])('%s: refused, and no half-made file', async (from, says) => {
    const { exitCode, stderr } = await run(`${from} | platter stream-decode --no-history - x.raw`)
    expect(exitCode).toBe(1)
    expect(stderr).toContain(says)
    expect(stderr).not.toMatch(/undefined|NaN/)
    expect(await leftovers()).toEqual([])
  })

  it('says how much came out before it failed', async () => {
    const { exitCode, stdout, stderr } = await run(
      'head -c 6000000 disk.qcow2 | platter stream-decode | wc -c',
    )
    expect(exitCode).toBe(1)
    expect(stderr).toMatch(/ended after 6000000 bytes/)
    expect(stderr).toMatch(/[\d.]+ MiB had been written to standard output\.\n$/)
    expect(Number(stdout)).toBeGreaterThan(2 * MIB)
  })

  it('tells how far it is in percent of the disk', async () => {
    const { stdout } = await run(
      'cat disk.qcow2 | platter stream-decode --no-history --progress-fd 3 - x.raw 3>&1 >/dev/null; rm x.raw',
    )
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { progress: number; done: number; total: number })
    const shares = lines.map(({ progress }) => progress)
    expect(shares).toEqual(shares.toSorted((a, b) => a - b))
    expect(shares.at(-1)).toBe(100)
    const inWork = lines.filter(({ total }) => total === 24 * MIB)
    expect(inWork.length).toBeGreaterThan(0)
  })

  it('leaves an entry in the history, about the file that was made', async () => {
    await run('cat disk.qcow2 | platter stream-decode - kept.raw')
    const { stdout } = await run('platter history --json')
    expect(JSON.parse(stdout)).toContainEqual(
      expect.objectContaining({
        imageName: 'kept.raw',
        request: { kind: 'stream-decode', parameters: {} },
        state: 'succeeded',
      }),
    )
  })
})
