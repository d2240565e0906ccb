import { onHost } from './on-host.ts'
import { reportSuite } from './report-suite.ts'
import { lookingSuites } from './shared-suites.ts'

onHost('web', { ...lookingSuites('web'), 'its report': reportSuite })
