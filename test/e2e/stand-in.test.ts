import { desktopRequests } from './desktop-requests.ts'
import { desktopSecurity } from './desktop-security.ts'
import { onHost } from './on-host.ts'

onHost('stand-in', [() => desktopSecurity('stand-in'), desktopRequests])
