/** The entries of Explorer's menu, as the installer's script writes them. They never ran on Windows here. */
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { describe, expect, it } from 'vitest'
import { parseLaunch } from '../../main/desktop/launch-request.ts'

const require = createRequire(import.meta.resolve('electron-builder'))
const { getConfig } = require('app-builder-lib/out/util/config/config') as {
  getConfig: (
    folder: string,
    file: string,
    options: null,
  ) => Promise<{
    readonly nsis: { readonly include: string }
    readonly directories: { readonly buildResources: string }
    readonly fileAssociations: readonly { readonly ext: string }[]
  }>
}
const { nsis, directories, fileAssociations } = await getConfig(
  process.cwd(),
  'electron-builder.yml',
  null,
)
const script = await readFile(`${directories.buildResources}/${nsis.include}`, 'utf8')

const macros = new Map(
  [...script.matchAll(/^!macro (?<name>\w+)(?<params>[^\n]*)\n(?<body>[^]*?)^!macroend/gm)].map(
    ({ groups = {} }) => [
      groups['name'] ?? '',
      {
        params: (groups['params'] ?? '').trim().split(/\s+/).filter(Boolean),
        lines: (groups['body'] ?? '')
          .split('\n')
          .map((line) => line.trim())
          .filter((line) => line !== '' && !line.startsWith(';')),
      },
    ],
  ),
)

const defined: Readonly<Record<string, string>> = {
  PLATTER_TYPES: /^!define PLATTER_TYPES "(.+)"$/m.exec(script)?.[1] ?? '',
  APP_EXECUTABLE_FILENAME: 'Platter.exe',
}

/** Words of a line of NSIS: quoted in one of two ways, or bare. */
const wordsOf = (line: string): string[] =>
  [...line.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(([, a, b, c]) => a ?? b ?? c ?? '')

/** What the compiler makes of a macro: its instructions, with everything put in. */
function expand(name: string, given: Readonly<Record<string, string>> = {}): string[][] {
  return (macros.get(name)?.lines ?? []).flatMap((line) => {
    const [instruction = '', ...words] = wordsOf(line).map((word) =>
      word
        .replaceAll(/\$\{(\w+)\}/g, (whole, key: string) => given[key] ?? defined[key] ?? whole)
        .replaceAll('$INSTDIR', 'C:\\Program Files\\Platter'),
    )
    if (instruction !== '!insertmacro') return [[instruction, ...words]]
    const [inserted = '', ...values] = words
    const params = macros.get(inserted)?.params ?? []
    expect(values).toHaveLength(params.length)
    return expand(
      inserted,
      Object.fromEntries(params.map((param, index) => [param, values[index] ?? ''])),
    )
  })
}

const written = expand('customInstall')
const removed = expand('customUnInstall')

describe('Explorer’s menu', () => {
  it('has entries that open a dialog for the file', () => {
    const commands = written.filter(([, , key = '']) => key.endsWith('\\command'))
    expect(commands.map(([, , key, name, value]) => [key, name, value])).toContainEqual([
      'Software\\Classes\\SystemFileAssociations\\.qcow2\\shell\\Platter\\shell\\2compact\\command',
      '',
      '"C:\\Program Files\\Platter\\Platter.exe" "--action=compact" "%1"',
    ])
    for (const [, , , , value = ''] of commands) {
      const argv = wordsOf(value).map((word) => word.replace('%1', '/vm/a disk.qcow2'))
      const request = parseLaunch(argv, { workingFolder: '/', appFolder: '/app' })
      expect(request.paths).toEqual(['/vm/a disk.qcow2'])
      expect(request.action).toBeDefined()
    }
  })

  it('is one cascade for each type, with words on every entry', () => {
    const menus = written.filter(([, , , name]) => name === 'SubCommands')
    expect(menus.map(([, , , , value]) => value)).toEqual(menus.map(() => ''))
    const titles = written.filter(
      ([, , key = '', name]) => name === 'MUIVerb' && /\\shell\\\d\w+$/.test(key),
    )
    expect(titles.length).toBe(written.filter(([, , key = '']) => key.endsWith('\\command')).length)
    for (const [, , , , title] of titles) expect(title).toMatch(/…$/)
  })

  it('is for types the app is registered for, and nothing is left of it afterwards', () => {
    const registered = new Set(fileAssociations.map(({ ext }) => `.${ext}`))
    const roots = new Set(
      written.map(([, , key = '']) => key.replace(/(\\shell\\Platter)(\\.*)?$/, '$1')),
    )
    for (const root of roots) expect(registered).toContain(root.split('\\')[3])
    expect(removed).toEqual([...roots].map((root) => ['DeleteRegKey', 'SHELL_CONTEXT', root]))
    for (const [instruction, where] of written) {
      expect([instruction, where]).toEqual(['WriteRegStr', 'SHELL_CONTEXT'])
    }
  })
})
