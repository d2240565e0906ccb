import { onHost, someSuites } from './on-host.ts'
import { changingSuites } from './shared-suites.ts'

onHost('stand-in', someSuites(changingSuites('stand-in'), { oneIn: 4 }))
