import { create } from 'zustand'
import type { Settings } from '../../ipc/schemas/app.ts'
import { host } from '../host.ts'
import { reportError } from './report-error.ts'

/** What holds until the stored settings have come; the services have the same defaults. */
const initial: Settings = {
  theme: 'system',
  units: 'binary',
  density: 'comfortable',
  logLevel: 'info',
  parallelJobs: 0,
  links: 'ask',
  columns: [],
  sort: { column: 'name', descending: false },
  inspectorOpen: true,
  inspectorWidth: 400,
  drawerOpen: false,
}

export const useSettings = create<{ readonly settings: Settings }>(() => ({ settings: initial }))

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
