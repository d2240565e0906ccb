import { createHash } from 'node:crypto'
import { chmodSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { resizeJson } from '../../cli/schemas/resize-json.ts'
import { nodeHost } from '../../core/io/node-host.ts'
import { createQcow2, qemuCheck, qemuImg, qemuImgJson, qemuIo } from '../helpers/qemu.ts'
import { tempFolder, type TempFolder } from '../helpers/temp-folder.ts'
import { platter } from './run-platter.ts'

const mib = 2 ** 20

let folder: TempFolder
let images = 0

beforeAll(async () => {
  folder = await tempFolder('cli-resize')
})
afterAll(() => folder[Symbol.asyncDispose]())

async function imageOf(size: string, ...commands: string[]): Promise<string> {
  const image = folder.file(`${images++}.qcow2`)
  await createQcow2(image, size)
  if (commands.length > 0) await qemuIo(image, ...commands)
  return image
}

interface QemuInfo {
  readonly 'virtual-size': number
  readonly 'backing-filename'?: string
}
const infoOf = (image: string): Promise<QemuInfo> => qemuImgJson<QemuInfo>('info', image)

const sumOf = (file: string): string =>
  createHash('sha256').update(readFileSync(file)).digest('hex')

/** A disk of 16 MiB whose master boot record has one partition, from 1 to 12 MiB. */
async function partitioned(): Promise<string> {
  const raw = folder.file(`${images++}.raw`)
  const disk = Buffer.alloc(16 * mib)
  disk[0x1be + 4] = 0x83
  disk.writeUInt32LE(2048, 0x1be + 8)
  disk.writeUInt32LE((11 * mib) / 512, 0x1be + 12)
  disk.writeUInt16LE(0xaa55, 510)
  writeFileSync(raw, disk)
  const image = raw.replace('.raw', '.qcow2')
  await qemuImg('convert', '-f', 'raw', '-O', 'qcow2', raw, image)
  return image
}

describe('resize to a larger disk', () => {
  it.each([
    [['32M'], 32],
    [['+16M'], 32],
    [['--size', '32M'], 32],
    [['--size=+0x1000000'], 32],
    [['32M', '--size', '32768K'], 32],
    [['16.5M'], 16.5],
  ])('by %j', async (words, expected) => {
    const image = await imageOf('16M', 'write -P 7 0 1M')
    const { exitCode, stdout, stderr } = await platter(['resize', image, ...words])
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
    expect(stdout).toContain('grew by')
    expect(stdout).not.toMatch(/undefined|NaN/)
    expect((await infoOf(image))['virtual-size']).toBe(expected * mib)
    expect((await qemuCheck(image)).exitCode).toBe(0)
  })

  it('goes past what the old L1 table reached', async () => {
    const image = await imageOf('1M', 'write -P 7 0 1M')
    expect((await platter(['resize', image, '20T'])).exitCode).toBe(0)
    expect((await infoOf(image))['virtual-size']).toBe(20 * 2 ** 40)
    await qemuIo(image, 'read -P 7 0 1M', 'write -P 8 19T 64k')
    expect((await qemuCheck(image)).exitCode).toBe(0)
  })

  it.each([
    [['+1G'], 'next to nothing'],
    [['4T'], '64 KiB for a longer L1 table'],
    [['+1G', '--preallocation', 'falloc'], '1 GiB at once'],
  ])('says with --dry-run what %j takes, and takes nothing', async (words, cost) => {
    const image = await imageOf('16M')
    const before = sumOf(image)
    const { exitCode, stdout } = await platter(['resize', '--dry-run', image, ...words])
    expect(exitCode).toBe(0)
    expect(stdout).toMatch(new RegExp(`Would take +${cost}`))
    expect(sumOf(image)).toBe(before)
  })

  it('keeps the name of the backing file', async () => {
    const base = await imageOf('8M', 'write -P 5 0 8M')
    const top = folder.file(`${images++}.qcow2`)
    await qemuImg('create', '-q', '-f', 'qcow2', '-b', base, '-F', 'qcow2', top)
    expect((await platter(['resize', top, '+8M'])).exitCode).toBe(0)
    expect(await infoOf(top)).toMatchObject({ 'virtual-size': 16 * mib, 'backing-filename': base })
    await qemuIo(top, 'read -P 5 0 8M', 'read -P 0 8M 8M')
  })

  it('says what is left to do in the guest', async () => {
    const image = await partitioned()
    const { stdout } = await platter(['resize', image, '+16M', '--json'])
    const { guestSteps, plan, result } = resizeJson.parse(JSON.parse(stdout))
    expect(plan.layout).toMatchObject({ table: { kind: 'mbr' }, partitions: [{ end: 12 * mib }] })
    expect(guestSteps.join(' ')).toMatch(/Partition 1 is the last.*growpart/)
    expect(result?.after.virtualSize).toBe(32 * mib)
  })

  it('stopped by Ctrl-C leaves a clean image of the old size, and says so', async () => {
    const image = await imageOf('16M', 'write -P 7 0 1M')
    const words = ['resize', image, '+4G', '--preallocation', 'full', '--progress-fd', '3']
    const { exitCode, stderr } = await platter(words, {
      extraStdio: ['pipe'],
      // What is written beforehand comes after the look at the image.
      onStart: (child) =>
        child.stdio[3]?.on('data', (line: Buffer) => {
          if (line.toString('utf8').includes('"phase":"space"')) child.kill('SIGINT')
        }),
    })
    expect(exitCode).toBe(130)
    expect(stderr).toMatch(/Cancelled[\s\S]*Nothing was changed\./)
    expect((await infoOf(image))['virtual-size']).toBe(16 * mib)
    expect((await qemuCheck(image)).exitCode).toBe(0)
    await qemuIo(image, 'read -P 7 0 1M')
  })

  it('makes a raw disk longer', async () => {
    const image = folder.file('a.raw')
    writeFileSync(image, Buffer.alloc(mib, 5))
    const { exitCode } = await platter(['resize', image, '3M', '--preallocation', 'falloc'])
    expect(exitCode).toBe(0)
    const expected = Buffer.concat([Buffer.alloc(mib, 5), Buffer.alloc(2 * mib)])
    expect(readFileSync(image).equals(expected)).toBe(true)
    expect(statSync(image).blocks * 512).toBeGreaterThanOrEqual(3 * mib)
  })
})

describe('resize to a smaller disk', () => {
  it('is refused without consent, says what would be lost, and changes nothing', async () => {
    const image = await imageOf('64M', 'write -P 7 40M 2M')
    const before = sumOf(image)
    const { exitCode, stdout, stderr } = await platter(['resize', image, '-32M'])
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' })
    expect(stderr).toContain('The disk would end at byte 33554432.')
    expect(stderr).toContain('2 MiB of data')
    expect(stderr).toContain('Nothing was changed.')
    expect(stderr).toContain(`${42 * mib} bytes or more`)
    expect(stderr).toContain('--ignore-data-loss')
    expect(sumOf(image)).toBe(before)
  })

  it('names the partition that would be cut', async () => {
    const image = await partitioned()
    const { exitCode, stdout } = await platter(['resize', '--dry-run', image, '8M', '--json'])
    expect(exitCode).toBe(0)
    const { plan, result } = resizeJson.parse(JSON.parse(stdout))
    expect(plan).toMatchObject({
      kind: 'shrink',
      allowed: true,
      consentNeeded: ['lose-data-past-end'],
      partitionsCut: [1],
      layout: { safeSize: 12 * mib, safeBecause: { kind: 'partition', number: 1 } },
    })
    expect(result).toBeUndefined()
    const text = await platter(['resize', '--dry-run', image, '8M'])
    expect(text.stdout).toContain('the end of partition 1')
    expect(text.stdout).toMatch(/Partitions +MBR: 1 from 1 MiB to 12 MiB/)
    expect(text.stdout).toContain('Nothing was changed.')
    expect((await infoOf(image))['virtual-size']).toBe(16 * mib)
  })

  it('with consent gives space back, and growing again shows none of the old data', async () => {
    const image = await imageOf('64M', 'write -P 83 40M 4M', 'write -P 7 0 1M')
    const { blocks } = statSync(image)
    const { exitCode, stdout } = await platter(['resize', image, '32M', '--ignore-data-loss'])
    expect(exitCode).toBe(0)
    expect(stdout).toContain('shrank by 32 MiB')
    expect(statSync(image).blocks).toBeLessThan(blocks)
    expect((await qemuCheck(image)).exitCode).toBe(0)
    expect((await platter(['resize', image, '64M'])).exitCode).toBe(0)
    await qemuIo(image, 'read -P 7 0 1M', 'read -P 0 1M 63M')
  })
})

describe('resize is refused', () => {
  it.each([
    ['without a size', []],
    ['with a size that cannot be read', ['12Q']],
    ['with two sizes that differ', ['1G', '--size', '2G']],
    ['to nothing', ['0']],
  ])('%s, before the file is touched', async (_, words) => {
    const { exitCode, stdout, stderr } = await platter(['resize', folder.file('none'), ...words])
    expect({ exitCode, stdout }).toEqual({ exitCode: 64, stdout: '' })
    expect(stderr).toMatch(/^platter: /)
  })

  it('below one sector', async () => {
    const image = await imageOf('1M')
    const { exitCode, stderr } = await platter(['resize', image, '-2M', '--ignore-data-loss'])
    expect(exitCode).toBe(1)
    expect(stderr).toContain('it has 1048576')
  })

  it('while somebody has the image open', async () => {
    const image = await imageOf('1M')
    await using _writer = await nodeHost.openForWriting(image)
    const { exitCode, stderr } = await platter(['resize', image, '+1M'])
    expect(exitCode).toBe(75)
    expect(stderr).toMatch(/is in use[\s\S]*PID \d+/)
  })

  it('of a file that may only be read', async () => {
    const image = await imageOf('1M')
    chmodSync(image, 0o444)
    const { exitCode, stderr } = await platter(['resize', image, '+1M'], {
      boundByPermissions: true,
    })
    expect(exitCode).toBe(1)
    expect(stderr).toMatch(/may not be changed[\s\S]*Nothing was changed\./)
  })

  it('of a damaged image, which is to be repaired first', async () => {
    const image = await imageOf('1M', 'write 0 64k')
    // The refcount of the first data cluster.
    const info = readFileSync(image)
    info.writeUInt16BE(0, 2 * 65_536 + 5 * 2)
    writeFileSync(image, info)
    const { exitCode, stdout } = await platter(['resize', image, '+1M', '--dry-run'])
    expect(exitCode).toBe(1)
    expect(stdout).toContain('has to be repaired first')
  })
})
