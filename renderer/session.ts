/**
 * Keeps the stores equal to the services over connections that come and go. Each connection starts
 * every stream anew, and each stream starts with a full snapshot, so nothing has to be caught up.
 */
import { connectionLost, RemoteError } from '../ipc/remote-error.ts'
import { contract, type Contract } from '../ipc/contract.ts'
import type { Client } from '../ipc/procedure.ts'
import { receiveShellEvent } from './commands/shell-events.ts'
import { useAppInfo } from './state/app-info.ts'
import { startJobsWatch } from './state/jobs.ts'
import { keepSelected } from './state/selection.ts'
import { libraryFeed, libraryRow } from './state/library.ts'
import { reportError } from './state/report-error.ts'
import { receiveChangedSettings, receiveSettings } from './state/settings.ts'
import { restoreView } from './state/view-state.ts'
import { ofThisWindow } from './state/window-image.ts'

/** One connection. */
export interface Link {
  readonly client: Client<Contract>
  onClose(listener: () => void): void
}

export interface Session {
  /** Forwards to the newest connection; the object never changes. */
  readonly api: Client<Contract>
  /** Takes up a new connection. */
  use(link: Link): void
}

export function startSession(): Session {
  let client: Client<Contract> | undefined
  const use = (link: Link): void => {
    client = link.client
    const closed = new AbortController()
    link.onClose(() => {
      closed.abort()
      if (client !== link.client) return
      client = undefined
      useAppInfo.setState({ connection: 'lost' })
    })
    useAppInfo.setState({ connection: 'open' })
    const facts = loadFacts(link.client)
    for (const work of [watch(link.client, facts, closed.signal), facts]) {
      work.catch((thrown: unknown) => {
        // The banner tells of a lost connection; anything else would leave the window half alive.
        if (!isDisconnect(thrown)) reportError(thrown)
      })
    }
  }
  return { api: forwarding(() => client), use }
}

async function loadFacts(client: Client<Contract>): Promise<void> {
  const [info, settings, { view }] = await Promise.all([
    client['app.info']({}),
    client['settings.get']({}),
    client['window.view'](ofThisWindow()),
  ])
  receiveSettings(settings)
  // The first time only: a connection that was lost takes nothing of the page with it.
  if (useAppInfo.getState().info === undefined) restoreView(view)
  useAppInfo.setState(({ info: known, notices }) => ({
    info,
    // Once a session: a notice that was dismissed must not come back with the connection.
    notices: known === undefined ? [...info.notices, ...notices] : notices,
  }))
}

async function watch(
  client: Client<Contract>,
  facts: Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const feed = libraryFeed()
  const events = async (): Promise<void> => {
    // What the shell asks for comes on top of how the window was left.
    await facts
    await client['app.events'](ofThisWindow(), receiveShellEvent, { signal })
  }
  await Promise.all([
    events(),
    client['settings.watch']({}, receiveChangedSettings, { signal }),
    client['library.watch'](
      {},
      (event) => {
        feed(event)
        if (event.type === 'removed') keepSelected((id) => libraryRow(id) !== undefined)
      },
      { signal },
    ),
    startJobsWatch(client, signal),
  ])
}

const isDisconnect = (thrown: unknown): boolean =>
  thrown instanceof RemoteError && thrown.data.reason === connectionLost.reason

/** A client whose calls go to whichever connection there is at the time. */
function forwarding(current: () => Client<Contract> | undefined): Client<Contract> {
  const functions = Object.keys(contract).map((name) => [
    name,
    (...values: readonly unknown[]): Promise<unknown> => {
      const client = current()
      if (client === undefined) return Promise.reject(new RemoteError(connectionLost))
      // The names come from the contract, and so does the client: each has the function.
      const call = client[name as keyof Contract] as (
        ...given: readonly unknown[]
      ) => Promise<unknown>
      return call(...values)
    },
  ])
  // Built from the contract's own entries, which is what Client<Contract> maps over.
  return Object.fromEntries(functions) as Client<Contract>
}
