/**
 * What the services need from the shell around them, and nothing more: the desktop shell answers with
 * dialogs and native menus, the web host with its roots. Each shell hands one of these to createServices.
 */
import type { z } from 'zod'
import type { contract } from '../ipc/contract.ts'
import type { AppInfo, Settings } from '../ipc/schemas/app.ts'

export type MenuItem = z.output<(typeof contract)['shell.popupMenu']['input']>['items'][number]
export type FolderListing = z.input<(typeof contract)['files.browse']['output']>

export interface ShellPorts {
  readonly host: AppInfo['host']
  readonly capabilities: AppInfo['capabilities']
  /**
   * Real paths of folders; no file outside of them is read, not even through a symbolic link. Absent
   * on the desktop, where the person may open whatever the system lets them.
   */
  readonly roots: readonly string[] | undefined
  /**
   * The real, absolute path for a path that the window named. Throws an ImageError when this host does
   * not let the window reach it (web: outside the roots) or when nothing is there.
   */
  admitPath(path: string): Promise<string>
  /** The system's dialog; empty when the person closed it. */
  chooseImages(): Promise<readonly string[]>
  chooseFolder(): Promise<string | undefined>
  showInFolder(path: string): Promise<void>
  /** The id of the chosen item, or undefined when the menu was closed. */
  popupMenu(items: readonly MenuItem[]): Promise<string | undefined>
  /** Enabled states of the application menu, by command id. */
  setMenuState(enabled: Readonly<Record<string, boolean>>): void
  /** Folders and image files in `path`; without a path, the places to start from. */
  browse(path: string | undefined): Promise<FolderListing>
  /** Told at start and after every change; the desktop follows `theme`. */
  applySettings(settings: Settings): void
}
