import { useAppInfo } from '../state/app-info.ts'
import type { Command } from './command.ts'
import { describeShortcut } from './shortcut.ts'

/** Whether Mod is Cmd: a matter of the keyboard in front of the person, not of the host. */
export const isMac = (): boolean =>
  typeof navigator !== 'undefined' && /mac|iphone|ipad/i.test(navigator.userAgent)

const inBrowser = (): boolean => useAppInfo.getState().info?.host === 'web'

/** Every key that runs the command here. */
export function shortcutsOf(command: Command): readonly string[] {
  const { shortcuts = [], webShortcut, isKeptByBrowser = false } = command
  if (!inBrowser() || webShortcut === undefined) return shortcuts
  return isKeptByBrowser ? [webShortcut] : [webShortcut, ...shortcuts]
}

/** The key to show beside the command. */
export function shownShortcut(command: Command): string | undefined {
  const [first] = shortcutsOf(command)
  return first === undefined ? undefined : describeShortcut(first, isMac())
}
