import { onHost } from './on-host.ts'
import { lookingSuites } from './shared-suites.ts'

onHost('stand-in', lookingSuites('stand-in'))
