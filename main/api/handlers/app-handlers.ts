import type { Contract } from '../../../ipc/contract.ts'
import type { Handlers } from '../../../ipc/procedure.ts'
import type { AppInfo } from '../../../ipc/schemas/app.ts'
import type { KeptViews } from '../../settings/kept-views.ts'
import type { SettingsStore } from '../../settings/settings-store.ts'
import type { ShellPorts } from '../../shell-ports.ts'
import { Pulse } from '../pulse.ts'

type Names = Extract<keyof Contract, `app.${string}` | `settings.${string}` | `window.${string}`>

export interface AppHandlerParts {
  readonly info: AppInfo
  readonly settings: SettingsStore
  readonly views: KeptViews
  readonly shell: ShellPorts
}

export function appHandlers({
  info,
  settings,
  views,
  shell,
}: AppHandlerParts): Pick<Handlers<Contract>, Names> {
  return {
    'app.info': () => info,
    'app.events': ({ imageId }, emit, { signal }) => shell.forwardEvents(emit, signal, imageId),
    'settings.get': () => settings.current,
    'settings.set': (change) => settings.change(change),
    'settings.watch': async (_input, emit, { signal }) => {
      const pulse = new Pulse()
      const stop = settings.changed.listen(() => pulse.ring())
      try {
        for (;;) {
          await pulse.wait(signal)
          await emit(settings.current)
        }
      } finally {
        stop()
      }
    },
    'window.view': ({ imageId }) => ({ view: views.of(imageId) }),
    'window.keepView': ({ imageId, view }) => {
      views.keep(imageId, view)
      return {}
    },
  }
}
