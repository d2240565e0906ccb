import { onHost, someSuites } from './on-host.ts'
import { lookingSuites } from './shared-suites.ts'

onHost('stand-in', someSuites(lookingSuites('stand-in'), { oneIn: 6, from: 5 }))
