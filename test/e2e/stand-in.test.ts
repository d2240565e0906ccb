import { batchCheckSuite } from './batch-check-suite.ts'
import { batchSuite } from './batch-suite.ts'
import { careSuite } from './care-suite.ts'
import { desktopRequests } from './desktop-requests.ts'
import { desktopSecurity } from './desktop-security.ts'
import { desktopActions } from './desktop-actions.ts'
import { desktopOutside } from './desktop-outside.ts'
import { desktopSuite } from './desktop-suite.ts'
import { inspectorSuite } from './inspector-suite.ts'
import { jobsSuite } from './jobs-suite.ts'
import { librarySuite } from './library-suite.ts'
import { manyImagesSuite } from './many-images-suite.ts'
import { onHost } from './on-host.ts'
import { relationsSuite } from './relations-suite.ts'
import { spaceSuite } from './space-suite.ts'
import { windowsSuite } from './windows-suite.ts'

onHost('stand-in', {
  'the security checklist': () => desktopSecurity('stand-in'),
  'what the app asks of Electron': desktopRequests,
  'the desktop': () => desktopSuite('stand-in'),
  'actions of file managers': desktopActions,
  'outside the window': desktopOutside,
  'the library': () => librarySuite('stand-in'),
  'the inspector': () => inspectorSuite('stand-in'),
  'a check of many': () => batchCheckSuite('stand-in'),
  batches: () => batchSuite('stand-in'),
  'long work': () => jobsSuite('stand-in'),
  'sizes and space': () => spaceSuite('stand-in'),
  'who needs an image': () => relationsSuite('stand-in'),
  'looking after images': () => careSuite('stand-in'),
  'many images': () => manyImagesSuite('stand-in'),
  'windows of images': () => windowsSuite('stand-in'),
})
