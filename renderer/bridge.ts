/**
 * The window's way out: Electron's preload script when it is there, else a WebSocket to the host that
 * served the page. The only file that touches `window.platter`, the socket, the page's address and
 * the clipboard.
 */
import { connect } from '../ipc/connect.ts'
import { contract } from '../ipc/contract.ts'
import type { DesktopBridge } from '../ipc/desktop-bridge.ts'
import { protocolName } from '../ipc/protocol.ts'
import { textPeer, type TextChannel } from '../ipc/text-peer.ts'
import { pageHost } from './page-host.ts'
import { setHost } from './host.ts'
import { startSession, type Link } from './session.ts'
import { useAppInfo } from './state/app-info.ts'
import { addressOfImage, imageOfAddress, setWindowImage } from './state/window-image.ts'

declare global {
  interface Window {
    readonly platter?: DesktopBridge
  }
}

const tokenKey = 'platter.token'
/** Milliseconds before the first, second… try to connect again; the last one repeats. */
const retryDelays = [250, 1000, 2000, 5000]

/** Sets the window's host and keeps it connected for as long as the page lives. */
export function startBridge(): void {
  const desktop = window.platter
  const image = imageOfAddress(location.hash)
  setWindowImage(image)
  // Somebody who changes the address by hand wants another image.
  addEventListener('hashchange', () => location.reload())
  const session = startSession()
  setHost(
    pageHost(session.api, (file) => {
      const path = desktop?.pathFor(file)
      return path === '' ? undefined : path
    }),
  )
  if (desktop === undefined) connectToServer(takeToken(image), (link) => session.use(link))
  else session.use(linkOver(desktop))
}

/** The services send whole reports in one message: no limit on what the window's own host says. */
const linkOver = (channel: TextChannel): Link => {
  const peer = textPeer(channel, { limit: Number.POSITIVE_INFINITY })
  return { client: connect(contract, peer), onClose: (listener) => channel.onClose(listener) }
}

function connectToServer(token: string | undefined, use: (link: Link) => void): void {
  if (token === undefined) {
    useAppInfo.setState({ connection: 'refused' })
    return
  }
  let failures = 0
  let refusals = 0
  const open = (): void => {
    const protocol = location.protocol === 'https:' ? 'wss:' : 'ws:'
    const socket = new WebSocket(`${protocol}//${location.host}/connection`, [
      protocolName,
      `auth.${token}`,
    ])
    let opened = false
    socket.addEventListener('open', () => {
      opened = true
      failures = 0
      use(linkOver(socketChannel(socket)))
    })
    socket.addEventListener('close', () => {
      const { connection } = useAppInfo.getState()
      // A browser tells "wrong token" and "nobody there" apart for nobody. Before the first connection
      // the server was there a moment ago, when it served this page: it refused the token.
      if (!opened && connection === 'connecting') {
        useAppInfo.setState({ connection: 'refused' })
        return
      }
      void retry(opened)
    })
  }
  const retry = async (wasOpen: boolean): Promise<void> => {
    // A host that was started again serves the page and refuses the token of the one before it. Twice
    // in a row, because a network that comes back between two questions looks the same once.
    refusals = !wasOpen && (await servesPage()) ? refusals + 1 : 0
    if (refusals >= 2) useAppInfo.setState({ connection: 'refused' })
    else setTimeout(open, retryDelays[Math.min(failures++, retryDelays.length - 1)])
  }
  open()
}

async function servesPage(): Promise<boolean> {
  try {
    return (await fetch('/', { method: 'HEAD', cache: 'no-store' })).ok
  } catch {
    return false
  }
}

/**
 * The link's token moves from the address to this tab's storage: it survives a reload and is neither in
 * the history nor in what people copy from the address bar.
 */
function takeToken(image: number | undefined): string | undefined {
  const fromLink = new URLSearchParams(location.hash.slice(1)).get('token')
  if (fromLink !== null) {
    sessionStorage.setItem(tokenKey, fromLink)
    const address = image === undefined ? '' : addressOfImage(image)
    history.replaceState(null, '', location.pathname + address)
  }
  return sessionStorage.getItem(tokenKey) ?? undefined
}

function socketChannel(socket: WebSocket): TextChannel {
  return {
    send: (text) => {
      if (socket.readyState === WebSocket.OPEN) socket.send(text)
    },
    onText: (listener) =>
      socket.addEventListener('message', ({ data }) => {
        if (typeof data === 'string') listener(data)
      }),
    onClose: (listener) => socket.addEventListener('close', listener),
    close: () => socket.close(),
  }
}
