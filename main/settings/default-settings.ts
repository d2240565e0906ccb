import type { Settings } from '../../ipc/schemas/app.ts'

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
  inspectorWidth: 420,
  drawerOpen: false,
}
