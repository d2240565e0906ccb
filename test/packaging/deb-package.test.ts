import { FuseState, FuseV1Options, getCurrentFuseWire } from '@electron/fuses'
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseLaunch } from '../../main/desktop/launch-request.ts'
import { writeFakeElectronDist } from './fake-electron-dist.ts'

const run = promisify(execFile)
const root = fileURLToPath(new URL('../..', import.meta.url))
const { version } = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8')) as {
  version: string
}

let folder: string
let unpacked: string

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'platter-packaging-'))
  const electronDist = path.join(folder, 'electron')
  await writeFakeElectronDist(electronDist, '45.4.1')
  const output = path.join(folder, 'release')
  await run(
    process.execPath,
    [
      path.join(root, 'node_modules/electron-builder/cli.js'),
      '--linux',
      'deb',
      '--x64',
      `-c.electronDist=${electronDist}`,
      `-c.directories.output=${output}`,
    ],
    {
      cwd: root,
      env: {
        ...process.env,
        CUSTOM_FPM_PATH: fileURLToPath(new URL('fpm.mjs', import.meta.url)),
        // No publishing is configured; a CI's own variables must not make one up.
        CI: '',
      },
      maxBuffer: 64 * 1024 * 1024,
    },
  )
  const deb = (await readdir(output)).find((name) => name.endsWith('.deb'))
  if (deb === undefined) throw new Error(`no .deb in ${output}`)
  unpacked = path.join(folder, 'unpacked')
  await mkdir(unpacked)
  await run('dpkg-deb', ['--raw-extract', path.join(output, deb), unpacked])
}, 180_000)

afterAll(() => rm(folder, { recursive: true, force: true }))

const inPackage = (...parts: string[]) => path.join(unpacked, ...parts)

/** Paths of all files in an asar archive, from its header. */
async function archiveFiles(file: string): Promise<string[]> {
  interface Entry {
    readonly files?: Readonly<Record<string, Entry>>
    readonly unpacked?: boolean
  }
  const bytes = await readFile(file)
  const header = JSON.parse(bytes.toString('utf8', 16, 16 + bytes.readUInt32LE(12))) as Entry
  const list = (entry: Entry, at: string): string[] =>
    Object.entries(entry.files ?? {}).flatMap(([name, child]) =>
      child.files === undefined
        ? [`${at}${name}${child.unpacked === true ? ' (unpacked)' : ''}`]
        : list(child, `${at}${name}/`),
    )
  return list(header, '')
}

describe('the .deb', () => {
  it('names its package, version and what it depends on', async () => {
    const control = await readFile(inPackage('DEBIAN', 'control'), 'utf8')
    expect(control).toContain('Package: platter\n')
    expect(control).toContain(`Version: ${version}\n`)
    expect(control).toContain('Architecture: amd64\n')
    expect(control).toMatch(/^Depends: .*libnss3/m)
    expect(control).not.toMatch(/undefined|NaN/)
  })

  it('holds our programs and window in its archive, and no sources or tests', async () => {
    const files = await archiveFiles(inPackage('opt/Platter/resources/app.asar'))
    expect(files).toEqual(
      expect.arrayContaining([
        'package.json',
        'dist/main/electron.js',
        'dist/preload/preload.cjs',
        'dist/renderer/index.html',
      ]),
    )
    const strangers = files.filter((file) =>
      /^(core|main|renderer|test|bench|cli)\/|\.ts$/.test(file),
    )
    expect(strangers).toEqual([])
  })

  it('keeps workers and native modules beside the archive, for this system only', async () => {
    const beside = inPackage('opt/Platter/resources/app.asar.unpacked')
    const entries = await readdir(beside, { recursive: true })
    expect(entries).toEqual(
      expect.arrayContaining([
        'dist/main/jobs/engine-worker.js',
        'dist/main/images/scan-worker.js',
        'node_modules/better-sqlite3/prebuilds/linux-x64.node',
      ]),
    )
    expect(entries.filter((entry) => entry.endsWith('koffi.node')).length).toBeGreaterThan(0)
    expect(entries.filter((entry) => /(darwin|win32).*\.node$/.test(entry))).toEqual([])
  })

  it('ships only the packages that are not bundled', async () => {
    const files = await archiveFiles(inPackage('opt/Platter/resources/app.asar'))
    const packages = files
      .map((file) => /^node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1])
      .filter((name) => name !== undefined)
    expect([...new Set(packages)].toSorted()).toEqual([
      '@koromix/koffi-linux-x64',
      'better-sqlite3',
      'koffi',
    ])
  })

  it('has Electron’s fuses set as electron-builder.yml says', async () => {
    const wire = await getCurrentFuseWire(inPackage('opt/Platter/platter'))
    const on = (option: FuseV1Options) => wire[option] === FuseState.ENABLE
    expect(on(FuseV1Options.RunAsNode)).toBe(false)
    expect(on(FuseV1Options.EnableNodeOptionsEnvironmentVariable)).toBe(false)
    expect(on(FuseV1Options.EnableNodeCliInspectArguments)).toBe(false)
    expect(on(FuseV1Options.EnableEmbeddedAsarIntegrityValidation)).toBe(true)
    expect(on(FuseV1Options.OnlyLoadAppFromAsar)).toBe(true)
    expect(on(FuseV1Options.EnableCookieEncryption)).toBe(true)
    expect(on(FuseV1Options.GrantFileProtocolExtraPrivileges)).toBe(false)
  })

  it('has a desktop entry that the desktop accepts, with its actions', async () => {
    const entry = inPackage('usr/share/applications/platter.desktop')
    const { stdout, stderr } = await run('desktop-file-validate', [entry])
    expect(stdout + stderr).toBe('')
    const text = await readFile(entry, 'utf8')
    expect(text).toContain('Actions=NewImage;AddFolder;OpenImage;CheckAll;')
    expect(text).toContain('[Desktop Action AddFolder]')
    expect(text).toContain('application/x-qemu-disk')
  })

  it('gives file managers the actions for images, each a dialog of the app', async () => {
    const places = [
      ['usr/share/kio/servicemenus/platter.desktop', ['check', 'compact', 'resize', 'sha']],
      ['usr/share/applications/platter-check.desktop', ['check']],
      ['usr/share/applications/platter-compact.desktop', ['compact']],
      ['usr/share/applications/platter-resize.desktop', ['resize']],
    ] as const
    for (const [place, actions] of places) {
      const text = await readFile(inPackage(place), 'utf8')
      const lines = [...text.matchAll(/^Exec=(\S+) (.*) %[fF]$/gm)]
      expect(lines.map(([, program]) => existsSync(inPackage(String(program))))).toEqual(
        actions.map(() => true),
      )
      // As the app reads them, with a file in the place of %F.
      const requests = lines.map(([, program, words]) =>
        parseLaunch([String(program), String(words), '/vm/a.qcow2'], {
          workingFolder: '/',
          appFolder: '/opt/Platter/resources/app.asar',
        }),
      )
      expect(requests).toEqual(actions.map((action) => ({ paths: ['/vm/a.qcow2'], action })))
      const known = await readFile(inPackage('usr/share/applications/platter.desktop'), 'utf8')
      const types = /^MimeType=(.*)$/m.exec(text)?.[1]?.split(';').filter(Boolean) ?? []
      expect(types.length).toBeGreaterThan(0)
      expect(types.filter((type) => !known.includes(type))).toEqual([])
    }
  })

  it.each(['check', 'compact', 'resize'])(
    'has an entry for %s that the desktop accepts',
    async (action) => {
      const entry = inPackage(`usr/share/applications/platter-${action}.desktop`)
      const { stdout, stderr } = await run('desktop-file-validate', [entry])
      expect(stdout + stderr).toBe('')
    },
  )

  it('has a group with a name for each action of its service menu', async () => {
    // A kind of KDE's own, which the desktop's validator does not know.
    const text = await readFile(inPackage('usr/share/kio/servicemenus/platter.desktop'), 'utf8')
    const listed = /^Actions=(.*);$/m.exec(text)?.[1]?.split(';')
    const groups = [...text.matchAll(/^\[Desktop Action (.*)\]\nName=.+$/gm)]
    expect(listed).toEqual(['check', 'compact', 'resize', 'sha'])
    expect(groups.map(([, group]) => group)).toEqual(listed)
  })

  it('teaches the MIME database every extension by itself', async () => {
    const packages = inPackage('usr/share/mime/packages')
    const [file] = await readdir(packages)
    const xml = await readFile(path.join(packages, String(file)), 'utf8')
    const globs = [...xml.matchAll(/glob pattern="([^"]+)"/g)].map((match) => match[1])
    const extensions = ['qcow2', 'raw', 'vmdk', 'vdi', 'vhd', 'vhdx']
    expect(new Set(globs)).toEqual(new Set(extensions.map((extension) => `*.${extension}`)))
    const database = path.join(folder, 'mime')
    await mkdir(path.join(database, 'packages'), { recursive: true })
    await writeFile(path.join(database, 'packages', 'platter.xml'), xml)
    await run('update-mime-database', [database])
    expect(await readFile(path.join(database, 'globs'), 'utf8')).toContain(
      'application/x-qemu-disk:*.qcow2',
    )
  })

  it('brings its icon in the sizes that desktops look for', () => {
    const sizes = [16, 32, 48, 64, 128, 256, 512]
    const missing = sizes.filter(
      (size) => !existsSync(inPackage(`usr/share/icons/hicolor/${size}x${size}/apps/platter.png`)),
    )
    expect(missing).toEqual([])
  })
})
