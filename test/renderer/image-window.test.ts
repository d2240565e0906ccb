/** What a window of one image offers, and where things are opened from it. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { commandContext } from '../../renderer/commands/context.ts'
import { commandOf } from '../../renderer/commands/registry.ts'
import { fakeServices } from '../../renderer/fake/services.ts'
import { openImageWindow } from '../../renderer/features/image-window/open-image-window.ts'
import { revealImages } from '../../renderer/features/library/reveal-images.ts'
import { setHost } from '../../renderer/host.ts'
import { useAppInfo } from '../../renderer/state/app-info.ts'
import { useLibrary } from '../../renderer/state/library.ts'
import { showInspector, usePage } from '../../renderer/state/page.ts'
import { select, useSelection } from '../../renderer/state/selection.ts'
import { useSettings } from '../../renderer/state/settings.ts'
import { toastManager } from '../../renderer/state/toasts.ts'
import { setWindowImage } from '../../renderer/state/window-image.ts'
import { libraryRow } from './library-rows.ts'

const tabs: string[] = []
const windows: number[] = []
let isAllowed = true

async function begin(host: 'electron' | 'web'): Promise<void> {
  const { client } = fakeServices({
    rowCount: 0,
    standingWork: false,
    now: 0,
    host,
    settings: {},
    notices: [],
  })
  setHost({
    api: {
      ...client,
      'shell.openWindow': ({ imageId }) => {
        windows.push(imageId)
        return Promise.resolve({})
      },
    },
    pathFor: () => undefined,
    copyText: () => Promise.resolve(),
    openTab: (address, name) => {
      tabs.push(`${name} ${address}`)
      return isAllowed
    },
    saveText: () => undefined,
  })
  useAppInfo.setState({ connection: 'open', info: await client['app.info']({}) })
}

beforeEach(async () => {
  tabs.length = 0
  windows.length = 0
  isAllowed = true
  await begin('electron')
  const rows = [libraryRow({ id: 1, name: 'a.qcow2' }), libraryRow({ id: 2, name: 'b.qcow2' })]
  useLibrary.setState({
    rows: new Map(rows.map((row) => [row.id, row])),
    folders: [],
    loaded: true,
  })
  select([1])
})
afterEach(() => setWindowImage(undefined))

const reasonFor = (id: string) => commandOf(id).disabledReason?.(commandContext())

describe('a window of one image', () => {
  it('offers what is done with the image, and nothing of the list', () => {
    setWindowImage(1)
    for (const id of ['image.check', 'image.hash', 'image.copyPath', 'view.tab.map']) {
      expect([id, reasonFor(id)]).toEqual([id, undefined])
    }
    for (const id of ['library.checkAll', 'library.filter', 'view.history', 'image.openWindow']) {
      expect([id, reasonFor(id)]).toEqual([id, 'Only in the library’s window'])
    }
  })

  it('shows another image in a window of that one, and stays as it is', () => {
    setWindowImage(1)
    revealImages([2])
    revealImages([1])
    expect(windows).toEqual([2])
    expect([...useSelection.getState().selected]).toEqual([1])
  })

  it('turns to a tab without opening the inspector of the library', () => {
    setWindowImage(1)
    useSettings.setState(({ settings }) => ({ settings: { ...settings, inspectorOpen: false } }))
    showInspector('snapshots')
    expect(usePage.getState().inspectorTab).toBe('snapshots')
    expect(useSettings.getState().settings.inspectorOpen).toBe(false)
  })
})

describe('opening a window', () => {
  it('asks the desktop', () => {
    openImageWindow(2)
    expect({ windows, tabs }).toEqual({ windows: [2], tabs: [] })
  })

  it('is a tab of the image’s own name in a browser', async () => {
    await begin('web')
    openImageWindow(2)
    expect({ windows, tabs }).toEqual({ windows: [], tabs: ['platter-image-2 #image=2'] })
  })

  it('says what to do when the browser refuses', async () => {
    await begin('web')
    isAllowed = false
    const told: unknown[] = []
    const stop = toastManager[' subscribe'](({ options }) => told.push(options.title))
    openImageWindow(2)
    stop()
    expect(told).toEqual(['The browser did not open a tab'])
  })
})
