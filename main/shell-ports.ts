/**
 * What the services ask of the shell they run in. The desktop answers with dialogs and menus, the web
 * host with its roots; tests with a few lines. Anything a shell cannot do throws `not-in-this-shell`.
 */
import type { z } from 'zod'
import type { AppInfo, FolderEntry, Settings, ShellEvent } from '../ipc/schemas/app.ts'
import type { contract } from '../ipc/contract.ts'
import type { JobNews } from './jobs/job-news.ts'
import type { OverallState } from './jobs/overall-progress.ts'
import type { WindowOf } from './shell-events.ts'

export type MenuItems = z.output<(typeof contract)['shell.popupMenu']['input']>['items']

export interface FolderListing {
  /** Absent for the list of roots. */
  readonly path?: string
  /** The folder above; absent when that is the list of roots. */
  readonly parent?: string
  readonly entries: readonly FolderEntry[]
}

export interface ShellPorts {
  readonly host: AppInfo['host']
  readonly capabilities: AppInfo['capabilities']
  /**
   * Real paths of the folders this host may read; scans follow no symbolic link out of them. Absent
   * on the desktop, where the system's own permissions are the limit.
   */
  readonly roots?: readonly string[]

  /** The system's dialog; empty when it was closed. */
  chooseImages(): Promise<readonly string[]>
  /** One image that is to be named, such as a backing file. */
  chooseImage(): Promise<string | undefined>
  /** `library`: to look for images in; `destination`: to put something into. */
  chooseFolder(purpose: 'library' | 'destination'): Promise<string | undefined>
  showInFolder(path: string): void
  /** The system's dialog for a new file; undefined when it was closed. Absent where the page downloads it. */
  chooseNewFile?(suggestedName: string): Promise<string | undefined>
  /** Opens an image's own window or raises it; absent where the page opens a tab. */
  openWindow?(image: { readonly id: number; readonly file: string }): Promise<void>
  /** Files follow the pointer, which has just begun to drag, into other programs; absent where they cannot. */
  startDrag?(paths: readonly [string, ...string[]]): void
  /** Answers with the chosen item's id; undefined when the menu was closed. */
  popupMenu(items: MenuItems): Promise<string | undefined>
  /** What the menu bar offers while that window has the focus. */
  setMenuState(enabled: Readonly<Record<string, boolean>>, windowOf: WindowOf): void
  browse(path: string | undefined): Promise<FolderListing>

  /**
   * A path the window named, as the services may use it. The web host resolves it and throws
   * `outside-roots` when it does not lie below a root; the desktop trusts the person's own choice.
   */
  admit(path: string): Promise<string>

  /** The system's Trash; absent where the services find it by themselves (Linux) or where there is none. */
  trash?(path: string): Promise<void>

  /** Delivers a window's shell events until the signal aborts; those from before the first listener too. */
  forwardEvents(
    emit: (event: ShellEvent) => Promise<void>,
    signal: AbortSignal,
    windowOf: WindowOf,
  ): Promise<void>

  /** Called at start and after each change, for what lives outside the window (theme). */
  settingsChanged(settings: Settings): void
  /** Share of all running work that is done, for the taskbar; undefined when nothing runs. */
  showProgress(fraction: number | undefined, state: OverallState): void
  /** Of work that ended, for a notification when nobody looks; absent where the window asks the browser. */
  tellNews?(news: JobNews): void
  /** Whether an image is being changed: the machine must not fall asleep over it. */
  keepAwake?(isNeeded: boolean): void
}
