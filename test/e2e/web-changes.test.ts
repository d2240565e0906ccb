import { onHost } from './on-host.ts'
import { changingSuites } from './shared-suites.ts'

onHost('web', changingSuites('web'))
