import type { Contract } from '../../../ipc/contract.ts'
import type { Handlers } from '../../../ipc/procedure.ts'
import type { AppInfo } from '../../../ipc/schemas/app.ts'
import type { SettingsStore } from '../../settings/settings-store.ts'
import type { ShellPorts } from '../../shell-ports.ts'

type Names = 'app.info' | 'app.events' | 'settings.get' | 'settings.set'

export interface AppHandlerParts {
  readonly info: AppInfo
  readonly settings: SettingsStore
  readonly shell: ShellPorts
}

export function appHandlers({
  info,
  settings,
  shell,
}: AppHandlerParts): Pick<Handlers<Contract>, Names> {
  return {
    'app.info': () => info,
    'app.events': (_input, emit, { signal }) => shell.forwardEvents(emit, signal),
    'settings.get': () => settings.current,
    'settings.set': (change) => settings.change(change),
  }
}
