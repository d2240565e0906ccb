import { desktopSecurity } from './desktop-security.ts'
import { onHost } from './on-host.ts'
import { changingSuites, lookingSuites } from './shared-suites.ts'

onHost('electron', {
  'the security checklist': () => desktopSecurity('electron'),
  ...lookingSuites('electron'),
  ...changingSuites('electron'),
})
