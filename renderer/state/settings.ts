import { create } from 'zustand'
import { defaultSettings } from '../../ipc/default-settings.ts'
import type { Settings } from '../../ipc/schemas/app.ts'
import { host } from '../host.ts'
import { reportError } from './report-error.ts'

/** The defaults hold until the stored settings have come. */
export const useSettings = create<{ readonly settings: Settings }>(() => ({
  settings: defaultSettings,
}))

export function receiveSettings(settings: Settings): void {
  useSettings.setState({ settings })
}

/** Holds at once in this window and is stored; when storing fails, the person is told. */
export function changeSettings(change: Partial<Settings>): void {
  previewSettings(change)
  host().api['settings.set'](change).catch(reportError)
}

/** Holds in this window only: for every pixel of a drag whose end is stored. */
export function previewSettings(change: Partial<Settings>): void {
  useSettings.setState(({ settings }) => ({ settings: { ...settings, ...change } }))
}
