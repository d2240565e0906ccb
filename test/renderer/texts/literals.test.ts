/** What people are shown comes from the catalogues: a text that is written anywhere else stays English for ever. */
import { readFile } from 'node:fs/promises'
import { globSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { findLiterals } from './find-literals.ts'

const root = fileURLToPath(new URL('../../../', import.meta.url))

/** Words that are the same in every language, or are read by no person here. */
const exceptions: Readonly<Record<string, string>> = {
  'main/desktop/window-scheme.ts': 'the status of an answer to the window',
  'renderer/features/error/error-details.ts': 'a report, for those who read it in English',
  'renderer/features/resize/guest-steps.ts': 'command lines for a shell',
  'renderer/features/resize/parse-size.ts': 'what may be typed into a field of sizes',
}

const modules = globSync(['renderer/**/*.{ts,tsx}', 'main/desktop/**/*.ts'], { cwd: root }).filter(
  (file) =>
    // The catalogues themselves, the made-up services of the design page, and what runs when it is built.
    !/^(?:renderer\/(?:texts|fake)|main\/desktop\/texts)\//.test(file) &&
    path.basename(file) !== 'vite.config.ts',
)

it('finds what people read', () => {
  const found = findLiterals(
    'example.tsx',
    `
    const a = <p>Nothing here</p>
    const b = <Button label="copy" hint={busy ? 'Wait' : undefined} />
    const c = { title: many ? 'several' : \`\${count} of them\` }
    toast(\`\${name} was moved\`)
    announce('Moved')
    `,
  )
  expect(found.map(({ text }) => text)).toEqual([
    'Nothing here',
    'copy',
    'Wait',
    'several',
    '`${count} of them`',
    '`${name} was moved`',
    'Moved',
  ])
})

it('lets pass what programs read', () => {
  const found = findLiterals(
    'example.tsx',
    `
    import { a } from './Some file.ts'
    type Name = 'Of a type'
    const b = <i className={clsx('row', open && 'row open')} data-pane="left side" role="note" />
    if (event.key === 'ArrowDown' || event.key === 'Escape') element.closest('input, textarea')
    if (kind === 'library') throw new Error('a defect, and nothing that is shown')
    const c = { kind: 'all-images', shortcuts: ['Mod+Shift+C'], size: \`\${width}px \${height}px\` }
    const d = ['M8 2.5a5.5 5.5 0 1 0 0 11', 'GiB', \`\${amount} GiB\`, \`\${key}:\${id}\`]
    `,
  )
  expect(found).toEqual([])
})

it('finds no text of the window, or of the app around it, outside the catalogues', async () => {
  expect(modules.length).toBeGreaterThan(200)
  const found = await Promise.all(
    modules
      .filter((file) => !(file in exceptions))
      .map(async (file) =>
        findLiterals(file, await readFile(path.join(root, file), 'utf8')).map(
          ({ line, text }) => `${file}:${line} ${text}`,
        ),
      ),
  )
  expect(found.flat()).toEqual([])
})

it('excepts nothing that has become needless', async () => {
  for (const file of Object.keys(exceptions)) {
    expect(findLiterals(file, await readFile(path.join(root, file), 'utf8'))).not.toEqual([])
  }
})
