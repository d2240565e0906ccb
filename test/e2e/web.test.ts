import { librarySuite } from './library-suite.ts'
import { manyImagesSuite } from './many-images-suite.ts'
import { onHost } from './on-host.ts'

onHost('web', [() => librarySuite('web'), () => manyImagesSuite('web')])
