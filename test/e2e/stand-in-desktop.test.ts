import { desktopActions } from './desktop-actions.ts'
import { desktopOutside } from './desktop-outside.ts'
import { desktopRequests } from './desktop-requests.ts'
import { desktopSecurity } from './desktop-security.ts'
import { desktopSuite } from './desktop-suite.ts'
import { onHost } from './on-host.ts'

onHost('stand-in', {
  'the security checklist': () => desktopSecurity('stand-in'),
  'what the app asks of Electron': desktopRequests,
  'the desktop': () => desktopSuite('stand-in'),
  'actions of file managers': desktopActions,
  'outside the window': desktopOutside,
})
