import type { Settings } from './schemas/app.ts'

/** What holds for everybody who changed nothing: in the services, and in a window until they answer. */
export const defaultSettings: Settings = {
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
  language: 'en',
  undoQuotaBytes: 20 * 1024 ** 3,
  weeklyChecks: [],
}
