/** What the documents promise is there: links, scripts, verbs and the files they name. */
import { existsSync } from 'node:fs'
import { glob, readFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { verbs } from '../../../cli/table/verbs.ts'

const root = path.resolve(import.meta.dirname, '../../..')
const foreign = /^(?:node_modules|dist|release|coverage)(?:\/|$)/
const files: string[] = []
const exclude = (name: string): boolean => foreign.test(name) || name === '.git'
for await (const file of glob('**/*.md', { cwd: root, exclude })) files.push(file)
const documents = await Promise.all(
  files
    .toSorted()
    .map(async (file) => ({ file, text: await readFile(path.join(root, file), 'utf8') })),
)

const matches = (text: string, pattern: RegExp): string[] =>
  Array.from(text.matchAll(pattern), (match) => match[1] ?? '')

/** As GitHub makes them: lower case, punctuation dropped, spaces to hyphens. */
function anchorsOf(text: string): ReadonlySet<string> {
  const headings = matches(text, /^#{1,6} (.+)$/gm)
  return new Set(
    headings.map((heading) =>
      heading
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  )
}

async function brokenLinks({ file, text }: (typeof documents)[number]): Promise<string[]> {
  const targets = [
    ...matches(text, /\]\(([^)\s]+)\)/g),
    ...matches(text, /(?:src|srcset)="([^"]+)"/g),
  ]
  const broken: string[] = []
  for (const target of targets) {
    if (/^[a-z]+:/.test(target)) continue
    const [name = '', anchor] = target.split('#')
    const linked =
      name === '' ? path.join(root, file) : path.resolve(root, path.dirname(file), name)
    const isThere =
      existsSync(linked) &&
      (anchor === undefined || anchorsOf(await readFile(linked, 'utf8')).has(anchor))
    if (!isThere) broken.push(target)
  }
  return broken
}

/** Paths from the project's root in code spans; a name in capitals stands for one to be chosen. */
const namedPaths = (text: string): string[] =>
  matches(
    text,
    /`((?:bench|cli|core|docs|ipc|main|preload|renderer|test|tools)\/[^\s`]*)`/g,
  ).filter((name) => !/[A-Z]{3,}\.ts|[*{<]/.test(name))

/** Results come with the first run. */
const isGenerated = (name: string): boolean => name.startsWith('bench/results')

const isThere = (name: string): boolean =>
  isGenerated(name) ||
  existsSync(path.join(root, name)) ||
  existsSync(path.join(root, `${name}.ts`))

it('gives a reason for every dependency', async () => {
  const { dependencies, devDependencies } = JSON.parse(
    await readFile(path.join(root, 'package.json'), 'utf8'),
  ) as Readonly<Record<string, Readonly<Record<string, string>>>>
  const reasons = await readFile(path.join(root, 'docs/decisions/dependencies.md'), 'utf8')
  const named = new Set(
    matches(reasons, /^\|([^|]+)\|/gm).flatMap((cell) => cell.trim().split(', ')),
  )
  const packages = Object.keys({ ...dependencies, ...devDependencies })
  expect(packages.filter((name) => !name.startsWith('@types/') && !named.has(name))).toEqual([])
})

it('finds the documents', () => {
  expect(files).toContain('README.md')
  expect(files.length).toBeGreaterThan(20)
})

describe.each(documents)('$file', (document) => {
  it('links to what exists', async () => {
    expect(await brokenLinks(document)).toEqual([])
  })

  it('names files that exist', () => {
    expect(namedPaths(document.text).filter((name) => !isThere(name))).toEqual([])
  })

  it('names scripts and verbs that exist', async () => {
    const { scripts } = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8')) as {
      readonly scripts: Readonly<Record<string, string>>
    }
    const known = new Set(['help', ...verbs.map(({ name }) => name)])
    const unknown = [
      ...matches(document.text, /npm run (?:-s )?([\w:-]+)/g).filter((name) => !(name in scripts)),
      ...matches(document.text, /(?:npx |`)platter ([a-z][a-z-]*)/g).filter(
        (name) => !known.has(name),
      ),
    ]
    expect(unknown).toEqual([])
  })
})
