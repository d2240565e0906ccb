/** What the window loads before anything is seen of it. */
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { expect, it } from 'vitest'

const windowFolder = fileURLToPath(new URL('../../dist/renderer/', import.meta.url))

/** Bytes of scripts, compressed; what dialogs and tabs need comes when they are opened. */
const budget = 250_000

const matches = (text: string, pattern: RegExp): readonly string[] =>
  Array.from(text.matchAll(pattern), ([, found]) => found ?? '')

it('stays within its budget of scripts', async () => {
  const page = await readFile(path.join(windowFolder, 'index.html'), 'utf8')
  const waiting = [...matches(page, /(?:src|href)="\.\/([^"]+\.js)"/g)]
  const sizes = new Map<string, number>()
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (sizes.has(file)) continue
    const script = await readFile(path.join(windowFolder, file))
    sizes.set(file, gzipSync(script).length)
    const folder = path.posix.dirname(file)
    // `import("./x.js")` loads later.
    const imports = matches(script.toString(), /(?:\bfrom|\bimport)\s*"\.\/([^"]+\.js)"/g)
    waiting.push(...imports.map((name) => path.posix.join(folder, name)))
  }
  expect(sizes.size).toBeGreaterThan(1)
  const total = [...sizes.values()].reduce((sum, size) => sum + size, 0)
  expect(total).toBeGreaterThan(budget / 2)
  expect(total).toBeLessThan(budget)
})
