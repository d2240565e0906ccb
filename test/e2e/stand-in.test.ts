import { desktopRequests } from './desktop-requests.ts'
import { desktopSecurity } from './desktop-security.ts'
import { desktopSuite } from './desktop-suite.ts'
import { librarySuite } from './library-suite.ts'
import { manyImagesSuite } from './many-images-suite.ts'
import { onHost } from './on-host.ts'

onHost('stand-in', [
  () => desktopSecurity('stand-in'),
  desktopRequests,
  () => desktopSuite('stand-in'),
  () => librarySuite('stand-in'),
  () => manyImagesSuite('stand-in'),
])
