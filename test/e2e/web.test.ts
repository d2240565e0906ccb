import { batchCheckSuite } from './batch-check-suite.ts'
import { inspectorSuite } from './inspector-suite.ts'
import { librarySuite } from './library-suite.ts'
import { manyImagesSuite } from './many-images-suite.ts'
import { onHost } from './on-host.ts'
import { reportSuite } from './report-suite.ts'

onHost('web', {
  'the library': () => librarySuite('web'),
  'the inspector': () => inspectorSuite('web'),
  'a check of many': () => batchCheckSuite('web'),
  'its report': reportSuite,
  'many images': () => manyImagesSuite('web'),
})
