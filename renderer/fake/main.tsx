/**
 * The window over made-up services. The address chooses what to show:
 * `?rows=10000`, `?rows=0` (first run), `?library=all-kinds`, `?work` (jobs in every state), `?fails` (whatever is
 * started), `?pace=0` (work takes no time), `?host=web`, `?theme=dark`, `?density=compact`,
 * `?connection=lost|refused|connecting`, `?notice`, `?drawer`, `?image=2` (the image's own window), `?language=en-XA`.
 * The event `shell` of the document is as if the shell around the window had said its detail.
 */
import '../zod-setup.ts'
import '../ui/tokens.css'
import '../ui/base.css'
import { shellEvent } from '../../ipc/schemas/app.ts'
import { setHost } from '../host.ts'
import { mount } from '../mount.tsx'
import { pageHost } from '../page-host.ts'
import { startSession } from '../session.ts'
import { useAppInfo } from '../state/app-info.ts'
import { setWindowImage } from '../state/window-image.ts'
import { setPace } from './pace.ts'
import { fakeServices } from './services.ts'

const wish = new URLSearchParams(location.search)
const theme = wish.get('theme')
const connection = wish.get('connection')

setPace(Number(wish.get('pace') ?? 1))
const { client, tell } = fakeServices({
  rowCount: wish.get('library') === 'all-kinds' ? undefined : Number(wish.get('rows') ?? 1204),
  standingWork: wish.has('work'),
  failing: wish.has('fails'),
  now: Date.now(),
  host: wish.get('host') === 'web' ? 'web' : 'electron',
  settings: {
    ...(theme === 'light' || theme === 'dark' ? { theme } : {}),
    ...(wish.get('density') === 'compact' && { density: 'compact' }),
    ...(wish.has('drawer') && { drawerOpen: true }),
    ...(wish.get('language') === 'en-XA' && { language: 'en-XA' }),
  },
  notices: wish.has('notice')
    ? [
        {
          id: 'database',
          title: 'The library file was damaged and has been set aside',
          detail:
            'It is kept as /home/ada/.local/share/Platter/platter-damaged-2026-11-21.db. Platter started with an empty library; no disk image was touched.',
        },
      ]
    : [],
})

if (wish.has('image')) setWindowImage(Number(wish.get('image')))
const session = startSession()
setHost(pageHost(session.api, (file) => `/home/ada/dropped/${file.name}`))
if (connection !== 'refused' && connection !== 'connecting') {
  session.use({ client, onClose: () => undefined })
}
if (connection === 'lost' || connection === 'refused') useAppInfo.setState({ connection })

document.addEventListener('shell', (event) => {
  if (event instanceof CustomEvent) tell(shellEvent.parse(event.detail))
})

mount()
