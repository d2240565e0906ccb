import { createHash } from 'node:crypto'
import { copyFile, readFile, stat, writeFile } from 'node:fs/promises'
import { text } from 'node:stream/consumers'
import type { Readable } from 'node:stream'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { compactJson } from '../../cli/schemas/compact-json.ts'
import { nodeHost } from '../../core/io/node-host.ts'
import { hashImage } from '../../core/operations/hash.ts'
import { Qcow2Builder } from '../helpers/qcow2-builder.ts'
import { createQcow2, qemuCheck, qemuImg, qemuIo, qemuIoWith } from '../helpers/qemu.ts'
import { qemuSession } from '../helpers/qemu-session.ts'
import { tempFolder, type TempFolder } from '../helpers/temp-folder.ts'
import { platter } from './run-platter.ts'

const mib = 2 ** 20

let folder: TempFolder
/** Discarded clusters that are still stored, zeroes, a snapshot. */
let wasteful: string
/** Nothing to give back. */
let tight: string

beforeAll(async () => {
  folder = await tempFolder('cli-compact')
  wasteful = folder.file('wasteful.qcow2')
  await createQcow2(wasteful, '32M')
  await qemuIo(wasteful, 'write -P 7 0 8M', 'write -P 0 8M 1M', 'write -P 9 20M 1M')
  await qemuImg('snapshot', '-c', 'monday', wasteful)
  await qemuIo(wasteful, 'write -P 8 10M 4M')
  const keeping = `driver=qcow2,pass-discard-request=off,file.filename=${wasteful}`
  await qemuIoWith({ args: ['--image-opts'] }, keeping, 'discard 10M 3M')
  tight = folder.file('tight.qcow2')
  const source = folder.file('source.raw')
  await writeFile(source, Buffer.alloc(mib, 'no zeroes in here'))
  await qemuImg('convert', '-f', 'raw', '-O', 'qcow2', source, tight)
})
afterAll(() => folder[Symbol.asyncDispose]())

let copies = 0
async function copyOf(image: string): Promise<string> {
  const copy = folder.file(`copy-${copies++}.qcow2`)
  await copyFile(image, copy)
  return copy
}

const sumOf = async (file: string): Promise<string> =>
  createHash('sha256')
    .update(await readFile(file))
    .digest('hex')

const contentOf = async (image: string): Promise<string> =>
  (await hashImage(nodeHost, image)).digest

const asJson = (stdout: string) => compactJson.parse(JSON.parse(stdout))

describe('compact --dry-run', () => {
  it('says where space is and what every mode would do, and changes nothing', async () => {
    const image = await copyOf(wasteful)
    const before = await sumOf(image)
    const { exitCode, stdout, stderr } = await platter(['compact', '--dry-run', image])
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
    expect(stdout).toMatch(/would give back \d/)
    expect(stdout).toMatch(/Zero data +1 MiB/)
    expect(stdout).toMatch(/Holes +\d/)
    expect(stdout).toMatch(/Snapshots +.*"monday"/)
    for (const mode of ['in place', 'punch', 'rewrite', 'zeroes only']) {
      expect(stdout).toMatch(new RegExp(`^ {2}${mode} `, 'm'))
    }
    expect(stdout).toContain('Nothing was changed.')
    expect(stdout).not.toMatch(/undefined|NaN/)
    expect(await sumOf(image)).toBe(before)
  })

  it('promises what then happens', async () => {
    const image = await copyOf(wasteful)
    const planned = asJson((await platter(['compact', '--dry-run', '--json', image])).stdout)
    expect(planned.result).toBeUndefined()
    const { after } = planned.plan.modes['in-place']
    await platter(['compact', '--mode', 'in-place', image])
    expect((await stat(image)).size).toBe(after?.fileLength)
  })
})

describe('compact', () => {
  it.each(['auto', 'in-place', 'punch', 'rewrite'])(
    'by --mode %s gives space back, and the guest reads the same',
    async (mode) => {
      const image = await copyOf(wasteful)
      const allocated = (await stat(image)).blocks
      const content = await contentOf(image)
      const { exitCode, stdout, stderr } = await platter(['compact', '--mode', mode, image])
      expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
      expect(stdout).toMatch(/\d MiB given back/)
      expect(stdout).toContain('active state and 1 snapshot, each reads as before, by SHA-256')
      expect(stdout).toContain(content)
      expect(stdout).not.toMatch(/undefined|NaN/)
      expect((await stat(image)).blocks).toBeLessThan(allocated)
      expect(await contentOf(image)).toBe(content)
      expect((await qemuCheck(image)).exitCode).toBe(0)
      expect(await qemuImg('snapshot', '-l', image)).toContain('monday')
    },
  )

  it('answers --json with plan, result and receipt', async () => {
    const image = await copyOf(wasteful)
    const { exitCode, stdout } = await platter(['compact', '--json', image])
    expect(exitCode).toBe(0)
    const { filename, plan, result } = asJson(stdout)
    expect(filename).toBe(image)
    expect(plan).toMatchObject({ format: 'qcow2', kept: { snapshots: 1 } })
    expect(result).toMatchObject({
      outcome: 'compacted',
      receipt: { engineVersion: '0.1.0', verified: true, unsafeBuffering: false },
    })
    expect(result?.receipt.states).toHaveLength(2)
    expect(result?.after.fileLength).toBe((await stat(image)).size)
  })

  it('records that nothing was compared, and that flushes were left out', async () => {
    const image = await copyOf(wasteful)
    const words = ['compact', '--mode', 'in-place', '--no-verify', '--unsafe-buffering', '--json']
    const { exitCode, stdout } = await platter([...words, image])
    expect(exitCode).toBe(0)
    expect(asJson(stdout).result?.receipt).toMatchObject({
      verified: 'skipped',
      states: [],
      unsafeBuffering: true,
    })
    expect((await qemuCheck(image)).exitCode).toBe(0)
  })

  it('writes nothing when there is nothing to gain, and says so', async () => {
    const { mtimeMs } = await stat(tight)
    const before = await sumOf(tight)
    const { exitCode, stdout } = await platter(['compact', tight])
    expect(exitCode).toBe(0)
    expect(stdout).toContain('nothing to give back, so nothing was written')
    expect(await sumOf(tight)).toBe(before)
    expect((await stat(tight)).mtimeMs).toBe(mtimeMs)
  })

  it('packs a new file and keeps the old one under its name', async () => {
    const image = await copyOf(wasteful)
    const old = `${image}.old`
    const before = await sumOf(image)
    const content = await contentOf(image)
    const words = ['compact', '--mode', 'rewrite', '--compress', 'zlib', '--keep-original', old]
    const { exitCode, stdout } = await platter([...words, image])
    expect(exitCode).toBe(0)
    expect(stdout).toContain(`kept as ${old}`)
    expect(await sumOf(old)).toBe(before)
    expect(await contentOf(image)).toBe(content)
    expect((await stat(image)).size).toBeLessThan(2 * mib)
    expect((await qemuCheck(image)).exitCode).toBe(0)
  })

  it('makes holes of a raw disk', async () => {
    const image = folder.file('disk.raw')
    const disk = Buffer.alloc(8 * mib)
    disk.fill(1, mib, 2 * mib)
    await writeFile(image, disk)
    const { exitCode, stdout } = await platter(['compact', '--format', 'raw', image])
    expect(exitCode).toBe(0)
    expect(stdout).toContain('7 MiB given back, the file is as long as before')
    expect((await stat(image)).blocks * 512).toBeLessThan(2 * mib)
    expect((await readFile(image)).equals(disk)).toBe(true)
    const again = await platter(['compact', '--format', 'raw', '--dry-run', image])
    expect(again.exitCode).toBe(0)
    expect(again.stdout).toContain('nothing to give back')
  })

  it('does the others when one image cannot be done, and answers with the worst', async () => {
    const image = await copyOf(wasteful)
    const missing = folder.file('missing.qcow2')
    const { exitCode, stdout } = await platter(['compact', '--json', missing, image])
    expect(exitCode).toBe(1)
    expect(JSON.parse(stdout)).toMatchObject([
      { filename: missing, error: { reason: 'file-missing' } },
      { filename: image, result: { outcome: 'compacted' } },
    ])
  })
})

describe('discard', () => {
  it('frees clusters of zeroes inside the image', async () => {
    const image = await copyOf(wasteful)
    const content = await contentOf(image)
    const { exitCode, stdout, stderr } = await platter(['discard', image])
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
    expect(stdout).toContain('1 MiB of zeroes are no longer stored')
    expect(await contentOf(image)).toBe(content)
    expect((await qemuCheck(image)).exitCode).toBe(0)
    const again = await platter(['discard', image])
    expect(again.stdout).toContain('nothing was written')
  })

  it('--dry-run changes nothing', async () => {
    const image = await copyOf(wasteful)
    const before = await sumOf(image)
    const { exitCode, stdout } = await platter(['discard', '--dry-run', '--json', image])
    expect(exitCode).toBe(0)
    expect(asJson(stdout).plan.causes.zeroBytes).toBe(mib)
    expect(await sumOf(image)).toBe(before)
  })
})

describe('an image that is not to be changed', () => {
  it('stays as it is while somebody else has it (75)', async () => {
    const image = await copyOf(wasteful)
    const before = await sumOf(image)
    {
      await using _vm = await qemuSession(image)
      for (const words of [['compact', '--mode', 'punch'], ['discard']]) {
        const { exitCode, stdout, stderr } = await platter([...words, image])
        expect({ words, exitCode, stdout }).toEqual({ words, exitCode: 75, stdout: '' })
        expect(stderr).toContain('PID')
      }
      const planned = await platter(['compact', '--dry-run', image])
      expect(planned.exitCode).toBe(75)
      expect(planned.stdout).toContain('cannot be done now')
    }
    expect(await sumOf(image)).toBe(before)
  })

  it('stays as it is when it has corruptions, and is to be repaired first', async () => {
    const builder = new Qcow2Builder().data(0).data(1).build()
    builder.setRefcount(builder.hostClusterOf(0), 0n)
    const image = folder.file('corrupt.qcow2')
    await builder.writeTo(image)
    const before = await sumOf(image)
    for (const verb of ['compact', 'discard']) {
      const { exitCode, stdout, stderr } = await platter([verb, image])
      expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' })
      expect(stderr.toLowerCase()).toContain('repair')
    }
    expect(await sumOf(image)).toBe(before)
  })

  it('stays as it is when the name for the original is taken', async () => {
    const image = await copyOf(wasteful)
    const before = await sumOf(image)
    const words = ['compact', '--mode', 'rewrite', '--keep-original', tight, image]
    const { exitCode, stderr } = await platter(words)
    expect(exitCode).toBe(1)
    expect(stderr).toContain('tight.qcow2')
    expect(await sumOf(image)).toBe(before)
  })
})

describe('stopping', () => {
  /** Half a tebibyte to hash: whenever the signal comes, it is not done by then. */
  async function longImage(): Promise<string> {
    const image = folder.file(`long-${copies++}.qcow2`)
    await createQcow2(image, '512G')
    await qemuIo(image, 'write -P 7 0 8M', 'write -P 0 8M 1M')
    return image
  }

  // A second signal would end it without waiting, so only one is sent.
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('by %s leaves a valid image, says so, and ends with %d', async (signal, code) => {
    const image = await longImage()
    const { exitCode, stdout, stderr } = await platter(['compact', '--progress-fd', '3', image], {
      extraStdio: ['pipe'],
      onStart: (child) =>
        child.stdio[3]?.on('data', (piece: Buffer) => {
          if (!child.killed && piece.toString('utf8').includes('"hash')) child.kill(signal)
        }),
    })
    expect({ exitCode, stdout }).toEqual({ exitCode: code, stdout: '' })
    expect(stderr).toMatch(/Cancelled \(PLT-\d+\)/)
    expect(stderr).toMatch(/Nothing was changed|The image is valid/)
    expect((await qemuCheck(image)).exitCode).toBe(0)
  })

  it('keeps what a batch had done', async () => {
    const image = await copyOf(wasteful)
    const long = await longImage()
    const words = ['compact', '--json', '--progress-fd', '3', image, long]
    const { exitCode, stdout } = await platter(words, {
      extraStdio: ['pipe'],
      onStart: (child) =>
        child.stdio[3]?.on('data', (piece: Buffer) => {
          if (!child.killed && piece.toString('utf8').includes('long-')) child.kill('SIGINT')
        }),
    })
    expect(exitCode).toBe(130)
    expect(JSON.parse(stdout)).toMatchObject([
      { filename: image, result: { outcome: 'compacted' } },
    ])
  })
})

it('tells programs how far it is, and ends at 100', async () => {
  const image = await copyOf(wasteful)
  let lines: Promise<string> | undefined
  const { exitCode } = await platter(['compact', '--progress-fd', '3', image], {
    extraStdio: ['pipe'],
    onStart: (child) => {
      lines = text(child.stdio[3] as Readable)
    },
  })
  expect(exitCode).toBe(0)
  const reports = ((await lines) ?? '')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { progress: number; phase: string })
  expect(new Set(reports.map(({ phase }) => phase)).size).toBeGreaterThan(2)
  expect(reports.at(-1)?.progress).toBe(100)
})

it('does not look for images in a folder', async () => {
  const { exitCode, stderr } = await platter(['compact', folder.path])
  expect(exitCode).toBe(1)
  expect(stderr).toContain('folder')
})
