import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { titleOf } from '../../renderer/commands/command.ts'
import { commandContext } from '../../renderer/commands/context.ts'
import { commandLine } from '../../renderer/commands/command-line.ts'
import { shortcutsOf } from '../../renderer/commands/platform.ts'
import { commandOf, commands, runByKey, runCommand } from '../../renderer/commands/registry.ts'
import { rowMenuCommands, rowMenuItems } from '../../renderer/commands/row-menu.ts'
import { receiveShellEvent } from '../../renderer/commands/shell-events.ts'
import {
  describeShortcut,
  matchesShortcut,
  type KeyPress,
} from '../../renderer/commands/shortcut.ts'
import { findEntries } from '../../renderer/features/palette/palette-entries.ts'
import { setHost } from '../../renderer/host.ts'
import { fakeServices } from '../../renderer/fake/services.ts'
import { useAppInfo } from '../../renderer/state/app-info.ts'
import { setFilterText } from '../../renderer/state/filter.ts'
import { useJobs } from '../../renderer/state/jobs.ts'
import { useLibrary } from '../../renderer/state/library.ts'
import { showPage, usePage } from '../../renderer/state/page.ts'
import { select, useSelection } from '../../renderer/state/selection.ts'
import { useVisibleRows } from '../../renderer/state/visible-rows.ts'
import { useRenaming } from '../../renderer/state/renaming.ts'
import { closeSheet, useSheet } from '../../renderer/state/sheets.ts'
import { followVisibleRows } from '../../renderer/state/visible-rows.ts'
import { toastManager } from '../../renderer/state/toasts.ts'
import type { Job } from '../../ipc/schemas/job.ts'
import type { MenuItem } from '../../renderer/ui/menu.tsx'
import { menuCommands } from '../../main/desktop/application-menu.ts'
import { libraryRow } from './library-rows.ts'

const press = (key: string, modifiers: Partial<KeyPress> = {}): KeyPress => ({
  key,
  code: '',
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  shiftKey: false,
  ...modifiers,
})

const copied: string[] = []

beforeEach(async () => {
  const { client: api } = fakeServices({
    rowCount: 0,
    now: 0,
    host: 'electron',
    settings: {},
    notices: [],
  })
  copied.length = 0
  setHost({
    api,
    pathFor: () => undefined,
    copyText: (text) => {
      copied.push(text)
      return Promise.resolve()
    },
    openTab: () => true,
    saveText: () => undefined,
  })
  useAppInfo.setState({ connection: 'open', info: await api['app.info']({}) })
  const rows = [
    libraryRow({ id: 1, name: 'a.qcow2' }),
    libraryRow({ id: 2, name: 'b.raw', format: 'raw', formatLabel: 'raw' }),
    libraryRow({ id: 3, name: "it's.vmdk", format: 'vmdk', formatLabel: 'VMDK' }),
    libraryRow({ id: 4, name: 'gone.qcow2', missingSince: 1 }),
  ]
  useLibrary.setState({
    rows: new Map(rows.map((row) => [row.id, row])),
    folders: [],
    loaded: true,
  })
  select([])
  closeSheet()
})

/** Those inside submenus, too. */
const menuItems = (): ReadonlyMap<string, MenuItem> =>
  new Map(
    rowMenuItems()
      .flatMap((entry) => ('items' in entry ? entry.items : [entry]))
      .map((item) => [item.id, item]),
  )

const reasonFor = (id: string): string | undefined =>
  commandOf(id).disabledReason?.(commandContext())

describe('the registry', () => {
  it('has each id once', () => {
    expect(new Set(commands.map(({ id }) => id)).size).toBe(commands.length)
  })

  it('gives no key to two commands', () => {
    const keys = commands.flatMap(({ shortcuts = [], webShortcut }) =>
      webShortcut === undefined ? shortcuts : [...shortcuts, webShortcut],
    )
    expect(new Set(keys).size).toBe(keys.length)
  })

  it('knows every command of the application menu, with the same key', () => {
    for (const { id, accelerator } of menuCommands) {
      const shown = commandOf(id).shortcuts?.[0]
      expect({ id, key: accelerator?.replace('CmdOrCtrl', 'Mod').replace('Ctrl', 'Mod') }).toEqual({
        id,
        key: shown,
      })
    }
  })
})

describe('whether a command can be used', () => {
  it('needs a selection', () => {
    expect(reasonFor('image.check')).toBe('Select an image first')
    select([1])
    expect(reasonFor('image.check')).toBeUndefined()
  })

  it('says why a format cannot be checked', () => {
    select([3])
    expect(reasonFor('image.check')).toBe('Platter cannot check VMDK images')
    select([4])
    expect(reasonFor('image.check')).toBe('The file is missing')
  })

  it('is offered for a mixed selection that holds one image it fits', () => {
    select([1, 3, 4])
    expect(reasonFor('image.check')).toBeUndefined()
  })

  it('moves several to one folder', async () => {
    select([1, 2, 3])
    expect(reasonFor('image.move')).toBeUndefined()
    runCommand('image.move')
    await expect
      .poll(() => useSheet.getState().sheet)
      .toEqual({ kind: 'move', imageIds: [1, 2, 3] })
    closeSheet()
  })

  it('is about no selection that another page covers', () => {
    select([1])
    showPage({ kind: 'history' })
    expect(reasonFor('image.trash')).toBe('Select an image first')
    expect(reasonFor('image.compact')).toBe('Select an image first')
    showPage({ kind: 'library', scope: { kind: 'all' } })
    expect(reasonFor('image.check')).toBeUndefined()
  })

  it('is about the rows of a batch where they are the ones that are seen', () => {
    select([1])
    showPage({ kind: 'batch', batchId: 'a' })
    expect(reasonFor('image.trash')).toBe('Select an image first')
    select([2])
    expect(commandContext().images.map(({ id }) => id)).toEqual([2])
    expect(reasonFor('library.selectAll')).toBe('Only in the list of the library')
    expect(reasonFor('view.inspector')).toBe('Only beside the library')
    showPage({ kind: 'batch', batchId: 'b' })
    expect(commandContext().images).toEqual([])
    showPage({ kind: 'library', scope: { kind: 'all' } })
    expect(commandContext().images.map(({ id }) => id)).toEqual([1])
  })

  it('means the whole library by "all" where no list is seen', () => {
    useVisibleRows.setState({ rows: [], scoped: [] })
    expect(reasonFor('library.checkAll')).toBe('The list is empty')
    showPage({ kind: 'history' })
    expect(commandContext().visible.map(({ id }) => id)).toEqual([1, 2, 3, 4])
    showPage({ kind: 'library', scope: { kind: 'all' } })
  })

  it('shows in the library what is opened from a batch', async () => {
    showPage({ kind: 'batch', batchId: 'a' })
    select([1])
    runCommand('image.showChain')
    await expect.poll(() => usePage.getState().page.kind).toBe('library')
    expect(usePage.getState().inspectorTab).toBe('chain')
    expect([...useSelection.getState().selected]).toEqual([1])
  })

  it('renames an image of a batch in a dialog, because its line is in another list', async () => {
    showPage({ kind: 'batch', batchId: 'a' })
    select([1])
    runByKey(commandOf('image.rename'))
    await expect.poll(() => useSheet.getState().sheet).toEqual({ kind: 'rename', imageId: 1 })
    showPage({ kind: 'library', scope: { kind: 'all' } })
  })

  it('follows the connection', () => {
    select([1])
    useAppInfo.setState({ connection: 'lost' })
    expect(reasonFor('image.check')).toBe('Platter is not connected')
  })

  it('shows disabled entries of the row menu with their reason', () => {
    select([2])
    const items = menuItems()
    expect(items.get('image.check')?.disabledReason).toBe('raw images have nothing to check')
    expect(items.get('image.map')?.disabledReason).toBeUndefined()
    expect(items.get('image.copyPath')?.disabledReason).toBeUndefined()
  })
})

/** Every action that the window has for an image, by what it does. */
const imageActions: Readonly<Record<string, string>> = {
  resize: 'image.resize',
  compact: 'image.compact',
  check: 'image.check',
  repair: 'image.repair',
  'take a snapshot': 'image.takeSnapshot',
  'apply, delete and rename snapshots': 'image.manageSnapshots',
  'show the backing chain': 'image.showChain',
  relink: 'image.relink',
  'overlay on a chosen base': 'image.createOverlay',
  hash: 'image.hash',
  map: 'image.map',
  'copy the SHA-256': 'image.copySha256',
  'remove from the library': 'library.remove',
  'move to the Trash': 'image.trash',
  rename: 'image.rename',
  move: 'image.move',
  undo: 'image.undo',
  'copy the path': 'image.copyPath',
  'copy as command': 'image.copyCommand',
  'show in folder': 'image.showInFolder',
}

/** Those of the library. */
const libraryActions: Readonly<Record<string, string>> = {
  'new image': 'library.newImage',
  'open an image': 'library.openImage',
  'add a folder': 'library.addFolder',
  'check all': 'library.checkAll',
  'compact all': 'library.compactAll',
}

describe('every action is where people look for it', () => {
  const actions = Object.entries({ ...imageActions, ...libraryActions })
  const ofImage = Object.entries(imageActions)

  // The toolbar and the inspector have the same menu behind "More".
  it.each(ofImage)('%s: in the menu of the row, the toolbar and the inspector', (_, id) => {
    expect(rowMenuCommands).toContain(id)
  })

  it.each(actions)('%s: in the palette, by its own words', (_, id) => {
    const title = titleOf(commandOf(id))
    const found = findEntries(title, {
      commands,
      context: commandContext(),
      images: [],
      shortcutOf: () => undefined,
    })
    expect(found.map((entry) => entry.id)).toContain(id)
  })

  it.each(actions)('%s: in the application menu', (_, id) => {
    expect(menuCommands.map((command) => command.id)).toContain(id)
  })

  it('the menu and the palette open by keys', () => {
    expect(commandOf('view.palette').shortcuts).toContain('Mod+K')
  })

  it.each(ofImage)('%s: says why it cannot be done with nothing selected', (_, id) => {
    // What was done last can be taken back, whichever image it was.
    if (id === 'image.undo') return
    expect(reasonFor(id)).toBeTypeOf('string')
  })

  it.each(ofImage)('%s: takes a selection of several, or says that it takes one', (_, id) => {
    const rows = [1, 2].map((each) =>
      libraryRow({
        id: each,
        virtualSize: 1024,
        health: 'leaks',
        hashStale: false,
        contentSha256: 'ab',
      }),
    )
    useLibrary.setState({ rows: new Map(rows.map((row) => [row.id, row])) })
    select([1, 2])
    const takesOne = new Set([
      'image.resize',
      'image.takeSnapshot',
      'image.manageSnapshots',
      'image.showChain',
      'image.relink',
      'image.createOverlay',
      'image.rename',
      'image.showInFolder',
    ])
    expect(reasonFor(id)).toBe(takesOne.has(id) ? 'Select one image only' : undefined)
  })
})

describe('the row menu', () => {
  it('asks where a file is only when one is missing', () => {
    select([1])
    expect(menuItems().has('image.locate')).toBe(false)
    select([1, 4])
    expect(menuItems().has('image.locate')).toBe(true)
  })

  it('fits 700 pixels for a missing image, which has the most reasons', () => {
    select([4])
    const entries = rowMenuItems()
    expect(entries.flatMap((entry) => ('items' in entry ? [entry.label] : []))).toEqual([
      'Snapshot',
      'Backing chain',
      'Copy',
    ])
    // A line, the second one with the reason, and what parts the groups, in pixels (menu.css).
    const height = entries.reduce(
      (sum, entry) =>
        sum +
        ('items' in entry || entry.disabledReason === undefined ? 28 : 43) +
        (entry.separatorBefore ? 11 : 0),
      10,
    )
    expect(height).toBeLessThanOrEqual(700)
  })

  it('does not say the word of a submenu again inside it', () => {
    select([1])
    const copy = rowMenuItems().find(({ id }) => id === 'copy')
    expect(copy && 'items' in copy && copy.items.map(({ label }) => label)).toEqual([
      'Path',
      'Name',
      'SHA-256',
      'Info as JSON',
      'Command',
    ])
  })
})

describe('a key', () => {
  it('renames in the list, where the menu opens a dialog', async () => {
    select([1])
    runByKey(commandOf('image.rename'))
    await expect.poll(() => useRenaming.getState().imageId).toBe(1)
    expect(useSheet.getState().sheet).toBeUndefined()
    runCommand('image.rename')
    await expect.poll(() => useSheet.getState().sheet).toEqual({ kind: 'rename', imageId: 1 })
  })

  it('says why it does nothing', () => {
    const told: unknown[] = []
    const stop = toastManager[' subscribe']((event) => told.push(event.options))
    select([1, 2])
    runByKey(commandOf('image.resize'))
    stop()
    expect(told).toMatchObject([
      { title: 'Not possible: Resize', description: 'Select one image only' },
    ])
  })
})

describe('what changes an image', () => {
  it('needs the file for itself, and a format that Platter writes', () => {
    select([3])
    expect(reasonFor('image.resize')).toBe('Platter cannot resize VMDK images')
    expect(reasonFor('image.compact')).toBe('Platter cannot compact VMDK images')
    const holders = [{ pid: 12, name: 'qemu-system-x86_64', vm: 'web01' }]
    const inUse = libraryRow({ id: 5, virtualSize: 1024, use: { state: 'writing', holders } })
    const unknown = libraryRow({ id: 6 })
    useLibrary.setState(({ rows }) => ({ rows: new Map([...rows, [5, inUse], [6, unknown]]) }))
    select([5])
    expect(reasonFor('image.resize')).toBe('In use by web01')
    // Who has it open is said in the dialog, which can wait for them.
    expect(reasonFor('image.compact')).toBeUndefined()
    select([6])
    expect(reasonFor('image.resize')).toBe('Its size is not known')
    select([5, 6])
    expect(reasonFor('image.resize')).toBe('Select one image only')
  })

  it('opens its dialog for the images that a shell names, whatever is selected', async () => {
    const row = libraryRow({ id: 5, virtualSize: 1024 })
    useLibrary.setState(({ rows }) => ({ rows: new Map([...rows, [5, row]]) }))
    select([1])
    receiveShellEvent({ type: 'command', id: 'image.compact', imageIds: [5] })
    await expect.poll(() => useSheet.getState().sheet).toEqual({ kind: 'compact', imageId: 5 })
  })

  it('leaves a browser its own keys', () => {
    expect(shortcutsOf(commandOf('image.resize'))).toEqual(['Mod+R'])
    useAppInfo.setState(({ info }) => ({ info: info && { ...info, host: 'web' } }))
    expect(shortcutsOf(commandOf('image.resize'))).toEqual(['Alt+Shift+R'])
    expect(shortcutsOf(commandOf('library.newImage'))).toEqual(['Alt+Shift+N'])
    expect(shortcutsOf(commandOf('library.addFolder'))).toEqual(['Alt+Shift+O', 'Mod+Shift+O'])
  })
})

describe('taking a batch back', () => {
  afterEach(() => {
    useJobs.setState({ watched: undefined })
    showPage({ kind: 'library', scope: { kind: 'all' } })
  })

  const batchOf = (undo: Job['undo']): void => {
    const job: Job = {
      id: '5',
      request: { kind: 'repair', parameters: { mode: 'all' } },
      imageId: 1,
      imageName: 'a.qcow2',
      imagePath: '/vm/a.qcow2',
      batchId: '9',
      state: 'succeeded',
      actor: 'desktop',
      queuedAt: 0,
      engineVersion: '0.1.0',
      undo,
    }
    useJobs.setState({ watched: { batchId: '9', jobs: new Map([[job.id, job]]) } })
    showPage({ kind: 'batch', batchId: '9' })
  }

  it('is there in its results, and where something of it can be taken back', () => {
    showPage({ kind: 'history' })
    expect(reasonFor('image.undoBatch')).toBe('Only in the results of a batch')
    batchOf('done')
    expect(reasonFor('image.undoBatch')).toBe('Nothing of this batch can be undone')
    batchOf('possible')
    expect(reasonFor('image.undoBatch')).toBeUndefined()
  })

  it('is what the key for undoing does there while no image of it is selected', async () => {
    batchOf('possible')
    runByKey(commandOf('image.undo'))
    await vi.waitFor(() =>
      expect(useSheet.getState().sheet).toEqual({ kind: 'undo-batch', batchId: '9' }),
    )
  })
})

describe('running a command', () => {
  it('does nothing while it is disabled', () => {
    runCommand('library.remove')
    expect(useSheet.getState().sheet).toBeUndefined()
  })

  it('asks before removing, and for a plan before checking many', async () => {
    select([1, 2])
    runCommand('library.remove')
    await expect
      .poll(() => useSheet.getState().sheet)
      .toEqual({
        kind: 'remove-images',
        imageIds: [1, 2],
      })
    runCommand('image.check')
    await expect
      .poll(() => useSheet.getState().sheet)
      .toMatchObject({ kind: 'batch', work: 'check' })
  })

  it('copies paths, one a line, and a command that a shell reads back', async () => {
    select([1, 3])
    runCommand('image.copyPath')
    runCommand('image.copyCommand')
    await expect.poll(() => copied).toHaveLength(2)
    expect(copied[0]).toBe("/srv/vm/a.qcow2\n/srv/vm/it's.vmdk")
    expect(copied[1]).toBe(String.raw`platter info /srv/vm/a.qcow2 '/srv/vm/it'\''s.vmdk'`)
  })

  it('shows what went wrong', async () => {
    select([4])
    useLibrary.setState({
      rows: new Map([[99, libraryRow({ id: 99, name: 'unknown to the services' })]]),
    })
    select([99])
    runCommand('image.copyInfo')
    await expect.poll(() => useSheet.getState().sheet?.kind).toBe('error')
  })

  it('takes commands from the shell, and lets unknown ones pass', async () => {
    receiveShellEvent({ type: 'command', id: 'view.settings' })
    receiveShellEvent({ type: 'command', id: 'of.another.version' })
    await expect.poll(() => useSheet.getState().sheet).toEqual({ kind: 'settings' })
  })
})

describe('shortcuts', () => {
  it('match their keys and nothing more', () => {
    expect(matchesShortcut('Mod+K', press('k', { ctrlKey: true }), false)).toBe(true)
    expect(matchesShortcut('Mod+K', press('k', { metaKey: true }), true)).toBe(true)
    expect(matchesShortcut('Mod+K', press('k', { ctrlKey: true }), true)).toBe(false)
    expect(matchesShortcut('Mod+K', press('K', { ctrlKey: true, shiftKey: true }), false)).toBe(
      false,
    )
    expect(
      matchesShortcut('Mod+Shift+C', press('C', { ctrlKey: true, shiftKey: true }), false),
    ).toBe(true)
    expect(matchesShortcut('Mod+K', press('k', { ctrlKey: true, altKey: true }), false)).toBe(false)
  })

  it('find a letter by its place when Alt changes what it writes', () => {
    const made = press('Ç', { altKey: true, shiftKey: true, code: 'KeyC' })
    expect(matchesShortcut('Alt+Shift+C', made, true)).toBe(true)
  })

  it('take a sign however the keyboard makes it', () => {
    expect(matchesShortcut('Mod+/', press('/', { ctrlKey: true, shiftKey: true }), false)).toBe(
      true,
    )
    expect(matchesShortcut('Mod+/', press('/', { ctrlKey: true }), false)).toBe(true)
  })

  it('are written as the platform writes them', () => {
    expect(describeShortcut('Mod+Shift+C', false)).toBe('Ctrl+Shift+C')
    expect(describeShortcut('Mod+Shift+C', true)).toBe('⌘⇧C')
  })
})

describe('a line for a shell', () => {
  it('quotes what a POSIX shell would take apart', () => {
    expect(commandLine(['platter', 'info', '/a b/$x.qcow2'], false)).toBe(
      "platter info '/a b/$x.qcow2'",
    )
  })

  it('quotes with double quotes on Windows', () => {
    expect(commandLine(['platter', 'info', String.raw`C:\My VMs\a.qcow2`], true)).toBe(
      String.raw`platter info "C:\My VMs\a.qcow2"`,
    )
  })
})

describe('the palette', () => {
  const find = (words: string) =>
    findEntries(words, {
      commands,
      context: commandContext(),
      images: useLibrary.getState().rows.values(),
      shortcutOf: () => undefined,
    })

  it('lists commands first, those that can be used before those that cannot', () => {
    const entries = find('')
    expect(entries.every(({ kind }) => kind === 'command')).toBe(true)
    const firstDisabled = entries.findIndex(({ disabledReason }) => disabledReason !== undefined)
    expect(entries.slice(firstDisabled).every(({ disabledReason }) => disabledReason)).toBe(true)
  })

  it('finds images by name and path, and folders', () => {
    useLibrary.setState({
      folders: [
        { id: 1, path: '/srv/vm', recursive: true, watched: true, imageCount: 4, scanning: false },
      ],
    })
    const found = find('srv gone')
    expect(found.map(({ title }) => title)).toEqual(['gone.qcow2'])
    expect(find('srv').some(({ kind }) => kind === 'folder')).toBe(true)
  })

  it('does not list itself', () => {
    expect(find('').some(({ id }) => id === 'view.palette')).toBe(false)
  })
})

describe('a selection', () => {
  it('of many is of those that are seen', async () => {
    // What a page has and Node has not; each change here is one that counts at once.
    vi.stubGlobal('requestAnimationFrame', () => 0)
    vi.stubGlobal('cancelAnimationFrame', () => undefined)
    const stop = followVisibleRows()
    try {
      select([1, 2, 3])
      setFilterText('a.qcow2')
      await expect.poll(() => commandContext().images.map(({ id }) => id)).toEqual([1])
      setFilterText('b.raw')
      // A single one is named wherever it is acted on, and stays.
      expect(commandContext().images.map(({ id }) => id)).toEqual([1])
    } finally {
      setFilterText('')
      stop()
      vi.unstubAllGlobals()
    }
  })
})
