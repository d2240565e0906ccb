import { batchCheckSuite } from './batch-check-suite.ts'
import { batchSuite } from './batch-suite.ts'
import { careSuite } from './care-suite.ts'
import { inspectorSuite } from './inspector-suite.ts'
import { jobsSuite } from './jobs-suite.ts'
import { librarySuite } from './library-suite.ts'
import { manyImagesSuite } from './many-images-suite.ts'
import { onHost } from './on-host.ts'
import { relationsSuite } from './relations-suite.ts'
import { reportSuite } from './report-suite.ts'
import { spaceSuite } from './space-suite.ts'
import { windowsSuite } from './windows-suite.ts'

onHost('web', {
  'the library': () => librarySuite('web'),
  'the inspector': () => inspectorSuite('web'),
  'a check of many': () => batchCheckSuite('web'),
  batches: () => batchSuite('web'),
  'long work': () => jobsSuite('web'),
  'its report': reportSuite,
  'sizes and space': () => spaceSuite('web'),
  'who needs an image': () => relationsSuite('web'),
  'looking after images': () => careSuite('web'),
  'many images': () => manyImagesSuite('web'),
  'windows of images': () => windowsSuite('web'),
})
