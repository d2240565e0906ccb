/**
 * The desktop's security checklist (docs/THREATS.md) on the running app: what the page can and cannot
 * do. What the app asks of Electron is in desktop-requests.ts.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { tempFolder, type TempFolder } from '../helpers/temp-folder.ts'
import { launch, type HostKind, type RunningApp } from './hosts.ts'

export function desktopSecurity(kind: Extract<HostKind, 'electron' | 'stand-in'>): void {
  let folder: TempFolder
  let app: RunningApp

  beforeAll(async () => {
    folder = await tempFolder('security')
    app = await launch(kind, { folder: folder.path })
    await app.page.waitForLoadState('load')
  }, 90_000)
  afterAll(async () => {
    await app.close()
    await folder[Symbol.asyncDispose]()
  })

  const electron = () => {
    if (app.electron === undefined) throw new Error('no main process')
    return app.electron
  }

  /** The page's own address, which the stand-in spells differently. */
  const home = () => app.page.url()

  describe('the page', () => {
    it('comes from our own scheme, not from a file or the network', async () => {
      const url = await electron().evaluate(({ BrowserWindow }) =>
        BrowserWindow.getAllWindows()[0]?.webContents.getURL(),
      )
      expect(url).toBe('app://platter/index.html')
    })

    it('has no Node and nothing of Electron', async () => {
      const found = await app.page.evaluate(() =>
        ['require', 'process', 'module', 'Buffer', 'ipcRenderer', 'electron', '__dirname'].filter(
          (name) => name in globalThis,
        ),
      )
      expect(found).toEqual([])
    })

    it('has five functions to reach us, and cannot change them', async () => {
      const bridge = await app.page.evaluate(() => {
        const platter = (globalThis as unknown as { platter: Record<string, unknown> }).platter
        let replaced = true
        try {
          platter['send'] = 'mine'
        } catch {
          replaced = false
        }
        return {
          names: Object.keys(platter).toSorted((a, b) => a.localeCompare(b)),
          kinds: [...new Set(Object.values(platter).map((value) => typeof value))],
          frozen: Object.isFrozen(platter),
          replaced: replaced && platter['send'] === 'mine',
        }
      })
      expect(bridge).toEqual({
        names: ['close', 'onClose', 'onText', 'pathFor', 'send'],
        kinds: ['function'],
        frozen: true,
        replaced: false,
      })
    })

    it('is served with the content security policy', async () => {
      const policy = await app.page.evaluate(async () => {
        const response = await fetch(location.href)
        return response.headers.get('content-security-policy')
      })
      expect(policy).toContain("default-src 'none'")
      expect(policy).toContain("script-src 'self';")
      expect(policy).toContain("require-trusted-types-for 'script'")
    })

    it('cannot run a string as code, nor an inline script', async () => {
      const outcome = await app.page.evaluate(() => {
        const script = document.createElement('script')
        let assigned = true
        try {
          script.textContent = 'globalThis.injected = true'
          document.body.append(script)
        } catch {
          assigned = false
        }
        return { assigned, injected: 'injected' in globalThis }
      })
      expect(outcome.injected).toBe(false)
      const evaluated = await app.page.evaluate(
        () =>
          new Promise<string>((resolve) => {
            // In a task of its own: what the debugger runs itself may evaluate text.
            setTimeout(() => {
              try {
                // By its name in two parts: lint forbids it to us too.
                const run = Reflect.get(globalThis, ['ev', 'al'].join('')) as (
                  code: string,
                ) => unknown
                resolve(`ran: ${String(run('1 + 1'))}`)
              } catch (error) {
                resolve(error instanceof Error ? error.name : 'refused')
              }
            })
          }),
      )
      expect(evaluated).toBe('EvalError')
    })

    it('cannot fetch from anywhere else', async () => {
      const outcome = await app.page.evaluate(() =>
        fetch('https://example.com/').then(
          () => 'fetched',
          () => 'refused',
        ),
      )
      expect(outcome).toBe('refused')
    })

    it('cannot read files outside the window’s folder', async () => {
      const statuses = await app.page.evaluate(() =>
        Promise.all(
          [
            '/..%2f..%2fpackage.json',
            '/%2e%2e%2fmain%2felectron.js',
            '/..%5c..%5cpackage.json',
          ].map(async (url) => (await fetch(url)).status),
        ),
      )
      expect(statuses.filter((status) => status === 200)).toEqual([])
    })

    it('cannot be led elsewhere', async () => {
      const before = home()
      await app.page
        .evaluate(() => {
          location.href = 'https://example.com/'
        })
        .catch(() => undefined)
      const url = await electron().evaluate(({ BrowserWindow }) =>
        BrowserWindow.getAllWindows()[0]?.webContents.getURL(),
      )
      expect(url).toBe('app://platter/index.html')
      expect(home()).toBe(before)
    })

    it('cannot open windows', async () => {
      expect(await app.page.evaluate(() => window.open('https://example.com/') === null)).toBe(true)
      const windows = await electron().evaluate(
        ({ BrowserWindow }) => BrowserWindow.getAllWindows().length,
      )
      expect(windows).toBe(1)
    })
  })

  describe('the IPC', () => {
    it('answers no frame but the main one, and no other page', async () => {
      const answered = await electron().evaluate(({ BrowserWindow, ipcMain }) => {
        const contents = BrowserWindow.getAllWindows()[0]?.webContents
        const sent: unknown[] = []
        // A sender as a frame inside the page, or a page that was navigated to, would appear.
        const strangers = [
          { url: 'app://platter/index.html' },
          { url: 'https://example.com/' },
          null,
        ]
        for (const senderFrame of strangers) {
          const sender = {
            mainFrame: contents?.mainFrame,
            isDestroyed: () => false,
            send: (...args: unknown[]) => sent.push(args),
            on: () => undefined,
            once: () => undefined,
          }
          ipcMain.emit('platter:open', { sender, senderFrame })
          ipcMain.emit(
            'platter:message',
            { sender, senderFrame },
            '{"type":"call","id":1,"name":"app.info","input":{}}',
          )
        }
        return sent
      })
      expect(answered).toEqual([])
    })
  })
}
