/** The window over made-up data (renderer/fake), built, and served as the product serves its own. */
import { createServer } from 'node:http'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium, type Browser } from 'playwright-core'
import { build } from 'vite'
import { readWindowFile } from '../../main/window-files.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

export interface MadeUpWindow {
  readonly browser: Browser
  /** The address with these parameters; renderer/fake/main.tsx lists them. */
  readonly address: (query: string) => string
  close(): Promise<void>
}

/** Builds into the folder, whatever is in it. */
export async function buildMadeUpWindow(folder: string): Promise<void> {
  await build({
    configFile: join(root, 'renderer/vite.config.ts'),
    mode: 'design',
    logLevel: 'warn',
    build: { outDir: folder, emptyOutDir: true },
  })
}

/** @param folder What was built. */
export async function openMadeUpWindow(folder: string): Promise<MadeUpWindow> {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost')
    void readWindowFile(folder, pathname).then(({ status, headers, body }) => {
      response.writeHead(status, headers).end(body)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const bound = server.address()
  if (bound === null || typeof bound === 'string') throw new Error('the server is not listening')
  const browser = await chromium.launch({
    executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu'],
  })
  return {
    browser,
    address: (query) => `http://127.0.0.1:${bound.port}/fake.html?${query}`,
    close: async () => {
      await browser.close()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
