import { onHost } from './on-host.ts'
import { changingSuites } from './shared-suites.ts'

onHost('stand-in', changingSuites('stand-in'))
