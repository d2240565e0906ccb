import { desktopSecurity } from './desktop-security.ts'
import { librarySuite } from './library-suite.ts'
import { manyImagesSuite } from './many-images-suite.ts'
import { onHost } from './on-host.ts'

onHost('electron', {
  'the security checklist': () => desktopSecurity('electron'),
  'the library': () => librarySuite('electron'),
  'many images': () => manyImagesSuite('electron'),
})
