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

/** Changes of this window that the services have not confirmed. */
let underWay = 0

/** Another window changed something; what this one is just changing comes back with its own answer. */
export function receiveChangedSettings(settings: Settings): void {
  if (underWay === 0) receiveSettings(settings)
}

/** Holds at once in this window and is stored; when storing fails, the person is told. */
export function changeSettings(change: Partial<Settings>): void {
  previewSettings(change)
  underWay += 1
  host()
    .api['settings.set'](change)
    .finally(() => (underWay -= 1))
    .then(receiveChangedSettings)
    .catch(reportError)
}

/** Holds in this window only: for every pixel of a drag whose end is stored. */
export function previewSettings(change: Partial<Settings>): void {
  useSettings.setState(({ settings }) => ({ settings: { ...settings, ...change } }))
}
