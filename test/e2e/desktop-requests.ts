/**
 * The part of the security checklist that only Electron itself carries out (its sandbox, its permission
 * prompts): that the app asks for it. Real Electron does not tell; the stand-in keeps a record.
 */
import path from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { tempFolder, type TempFolder } from '../helpers/temp-folder.ts'
import { launch, type RunningApp } from './hosts.ts'

export function desktopRequests(): void {
  let folder: TempFolder
  let app: RunningApp

  beforeAll(async () => {
    folder = await tempFolder('requests')
    app = await launch('stand-in', { folder: folder.path })
  }, 90_000)
  afterAll(async () => {
    await app.close()
    await folder[Symbol.asyncDispose]()
  })

  const electron = () => {
    if (app.electron === undefined) throw new Error('no main process')
    return app.electron
  }

  it('is a sandboxed, isolated window without Node', async () => {
    const preferences = await electron().evaluate(
      ({ BrowserWindow }) =>
        (
          BrowserWindow.getAllWindows()[0] as unknown as {
            options: { webPreferences: Record<string, unknown> }
          }
        ).options.webPreferences,
    )
    expect(preferences).toMatchObject({
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      webviewTag: false,
      webSecurity: true,
      spellcheck: false,
      navigateOnDragDrop: false,
    })
    const risky = Object.keys(preferences).filter((name) =>
      /experimental|blink|insecure|nodeIntegrationIn|allowRunning/i.test(name),
    )
    expect(risky).toEqual([])
    expect(path.basename(String(preferences['preload']))).toBe('preload.cjs')
  })

  it('is the sandbox for every process, before anything starts', async () => {
    const enabled = await electron().evaluate(
      (module) => (module as unknown as StandIn).standIn.record.sandboxEnabled,
    )
    expect(enabled).toBe('before ready')
  })

  it('is our scheme as standard and secure', async () => {
    const privileges = await electron().evaluate(
      (module) => (module as unknown as StandIn).standIn.record.schemes,
    )
    expect(privileges).toEqual({
      app: { standard: true, secure: true, supportFetchAPI: true },
    })
  })

  it('is to deny every permission but writing the clipboard, and every device', async () => {
    const decisions = await electron().evaluate((module) => {
      const { request, check, device } = (module as unknown as StandIn).standIn.record
        .permissionHandlers
      const own = 'app://platter/index.html'
      const asked = (permission: string, requestingUrl: string) => {
        let granted: boolean | undefined
        request(null, permission, (answer: boolean) => (granted = answer), { requestingUrl })
        return granted === check(null, permission, requestingUrl) ? granted : 'they differ'
      }
      return {
        denied: [
          'media',
          'geolocation',
          'notifications',
          'midi',
          'clipboard-read',
          'fullscreen',
          'openExternal',
          'display-capture',
          'serial',
          'usb',
          'hid',
          'fileSystem',
        ].filter((permission) => asked(permission, own) !== false),
        clipboard: asked('clipboard-sanitized-write', own),
        clipboardElsewhere: asked('clipboard-sanitized-write', 'https://example.com/'),
        device: device({}),
      }
    })
    expect(decisions).toEqual({
      denied: [],
      clipboard: true,
      clipboardElsewhere: false,
      device: false,
    })
  })

  it('is to refuse webviews and redirects', async () => {
    const prevented = await electron().evaluate(({ BrowserWindow }) => {
      const contents = BrowserWindow.getAllWindows()[0]?.webContents
      return [
        ['will-attach-webview', ''],
        ['will-redirect', 'https://example.com/'],
        ['will-redirect', 'app://platter/index.html'],
      ].map(([name, url]) => {
        let isPrevented = false
        const event = { url, preventDefault: () => (isPrevented = true) }
        const emitter = contents as unknown as NodeJS.EventEmitter
        emitter.emit(String(name), event)
        return isPrevented
      })
    })
    expect(prevented).toEqual([true, true, false])
  })

  it('is a menu that can neither reload the page nor open developer tools', async () => {
    const roles = await electron().evaluate(({ Menu }) => {
      const found: string[] = []
      const visit = (menu: Electron.Menu | null | undefined): void => {
        for (const item of menu?.items ?? []) {
          if (item.role !== undefined) found.push(item.role.toLowerCase())
          visit(item.submenu)
        }
      }
      visit(Menu.getApplicationMenu())
      return found
    })
    expect(roles).toContain('quit')
    expect(roles.filter((role) => /reload|devtools/.test(role))).toEqual([])
  })
}

interface StandIn {
  readonly standIn: {
    readonly record: {
      readonly sandboxEnabled: string | undefined
      readonly schemes: Readonly<Record<string, unknown>>
      readonly permissionHandlers: {
        readonly request: (
          contents: null,
          permission: string,
          decide: (granted: boolean) => void,
          details: { requestingUrl: string },
        ) => void
        readonly check: (contents: null, permission: string, origin: string) => boolean
        readonly device: (details: object) => boolean
      }
    }
  }
}
