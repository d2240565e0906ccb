/** Names that are no UTF-8, each beside the file whose name Node would make of it. */
import { execFile } from 'node:child_process'
import { copyFile, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Qcow2Builder } from '../helpers/qcow2-builder.ts'
import { createQcow2 } from '../helpers/qemu.ts'
import { tempFolder, type TempFolder } from '../helpers/temp-folder.ts'
import { entry, platter } from './run-platter.ts'

const run = promisify(execFile)

let folder: TempFolder
let master: Buffer
const decoy = 'caf\ufffd.qcow2'

/** A name with a byte that is no UTF-8, which Node takes as a Buffer. */
const bytesOf = (...names: string[]): Buffer => Buffer.from(folder.file(...names), 'latin1')

beforeAll(async () => {
  folder = await tempFolder('cli-bytes')
  await createQcow2(folder.file('master.qcow2'), '1M')
  master = await readFile(folder.file('master.qcow2'))
  await mkdir(folder.file('images'))
  await mkdir(bytesOf('images', 'd\xe9p\xf4t'))
  await copyFile(folder.file('master.qcow2'), folder.file('images', decoy))
  await copyFile(folder.file('master.qcow2'), folder.file('images', 'plain.qcow2'))
  await copyFile(folder.file('master.qcow2'), bytesOf('images', 'caf\xe9.qcow2'))
})
afterAll(() => folder[Symbol.asyncDispose]())

interface Ended {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** Through a shell, because Node could not say such a word. */
async function shell(line: string, env: Readonly<Record<string, string>> = {}): Promise<Ended> {
  try {
    const ended = await run('bash', ['-c', line], {
      cwd: folder.file('images'),
      env: { ...process.env, NODE: process.execPath, ENTRY: entry, ...env },
    })
    return { ...ended, code: 0 }
  } catch (error) {
    return error as Ended
  }
}

describe('a word that is no UTF-8', () => {
  // Refused before the verb is known, so a few stand for all.
  it.each(['info', 'create --overwrite --size 1M', 'compact', 'decode --overwrite plain.qcow2'])(
    'is refused by %s, and no file is touched',
    async (words) => {
      const before = await readdir(folder.file('images'), { encoding: 'buffer' })
      const { code, stdout, stderr } = await shell(`"$NODE" "$ENTRY" ${words} $'caf\\xe9.qcow2'`)
      expect(code).toBe(64)
      expect(stdout).toBe('')
      expect(stderr).toContain('platter: "caf<e9>.qcow2" is not UTF-8')
      expect(stderr).toContain('No file was touched.')
      expect(await readdir(folder.file('images'), { encoding: 'buffer' })).toEqual(before)
      expect(await readFile(folder.file('images', decoy))).toEqual(master)
    },
  )

  it('is refused as the value of an option', async () => {
    const { code, stderr } = await shell(`"$NODE" "$ENTRY" check --report=$'\\xff.csv' plain.qcow2`)
    expect(code).toBe(64)
    expect(stderr).toContain('"--report=<ff>.csv" is not UTF-8')
  })

  it('is refused by a launcher that handed it over in other bytes', async () => {
    const handOver = `require('child_process').spawnSync(process.execPath, process.argv.slice(1), { stdio: 'inherit' }).status`
    const { stderr } = await shell(`"$NODE" -e "${handOver}" "$ENTRY" info $'caf\\xe9.qcow2'`)
    expect(stderr).toContain('"caf<e9>.qcow2" is not UTF-8')
  })

  it('is not mistaken for a name that has the replacement character itself', async () => {
    const { exitCode, stdout } = await platter(['info', '--json', decoy], {
      cwd: folder.file('images'),
    })
    expect(exitCode).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ filename: decoy })
  })
})

describe('a folder', () => {
  it('with such names in it has them refused, and the others looked at', async () => {
    const { exitCode, stdout } = await platter(['check', '--json', '.'], {
      cwd: folder.file('images'),
    })
    expect(exitCode).toBe(1)
    const answers = JSON.parse(stdout) as { filename: string; error?: { reason: string } }[]
    expect(answers.map(({ filename, error }) => [filename, error?.reason])).toEqual([
      ['caf<e9>.qcow2', 'name-not-utf8'],
      [decoy, undefined],
      ['d<e9>p<f4>t', 'name-not-utf8'],
      ['plain.qcow2', undefined],
    ])
  })

  it('that has such a name itself is nothing to work in', async () => {
    const { code, stderr } = await shell(
      `cd $'d\\xe9p\\xf4t' && "$NODE" "$ENTRY" create x.qcow2 1M`,
    )
    expect(code).toBe(64)
    expect(stderr).toContain('d<e9>p<f4>t", in which Platter was started')
    expect(await readdir(bytesOf('images', 'd\xe9p\xf4t'))).toEqual([])
  })
})

describe('a name that leads to one that is no UTF-8', () => {
  it('is not followed to the file beside it', async () => {
    await mkdir(folder.file('links'))
    await symlink(bytesOf('images', 'caf\xe9.qcow2'), folder.file('links', 'link.qcow2'))
    const { exitCode, stderr } = await platter(
      ['decode', '--overwrite', 'plain.qcow2', '../links/link.qcow2'],
      { cwd: folder.file('images') },
    )
    expect(exitCode).toBe(1)
    expect(stderr).toContain('Nothing was changed.')
    expect(await readFile(folder.file('images', decoy))).toEqual(master)
  })

  it('in a list of sums is refused', async () => {
    const sums = folder.file('SHA256SUMS')
    const { stdout } = await platter(['sha', 'plain.qcow2'], { cwd: folder.file('images') })
    const bytes = Buffer.from(stdout.replace('plain.', 'caf\xe9.'), 'latin1')
    await writeFile(sums, Buffer.concat([bytes, Buffer.from(stdout)]))
    const {
      exitCode,
      stdout: compared,
      stderr,
    } = await platter(['sha', '--check', sums], {
      cwd: folder.file('images'),
    })
    expect(exitCode).toBe(1)
    expect(compared).toBe('plain.qcow2: OK\n')
    expect(stderr).toContain('caf<e9>.qcow2 has a name that is not UTF-8')
  })

  it('in an image is shown and not opened', async () => {
    const overlay = folder.file('images', 'overlay.qcow2')
    const image = new Qcow2Builder({ backing: { name: 'caf?.qcow2', format: 'qcow2' } }).build()
    await image.writeTo(overlay)
    const bytes = await readFile(overlay)
    bytes[bytes.indexOf('caf?') + 3] = 0xe9
    await writeFile(overlay, bytes)
    const { exitCode, stderr } = await platter(['sha', overlay])
    expect(exitCode).toBe(1)
    expect(stderr).toContain('links to something that is no file')
  })
})
