import { beforeEach, describe, expect, it } from 'vitest'
import { connect } from '../../ipc/connect.ts'
import { contract } from '../../ipc/contract.ts'
import { RemoteError } from '../../ipc/remote-error.ts'
import type { Peer } from '../../ipc/protocol.ts'
import { fakeServices } from '../../renderer/fake/services.ts'
import { startSession } from '../../renderer/session.ts'
import { useAppInfo } from '../../renderer/state/app-info.ts'
import { useLibrary } from '../../renderer/state/library.ts'
import { useSettings } from '../../renderer/state/settings.ts'
import { closeSheet, useSheet } from '../../renderer/state/sheets.ts'

const services = (rowCount: number) =>
  fakeServices({
    rowCount,
    now: 0,
    host: 'web',
    settings: { units: 'decimal' },
    notices: [{ id: 'database', title: 'Set aside', detail: 'It is kept.' }],
  }).client

/** A connection whose other end never answers, and that can be closed. */
function silentPeer(): Peer {
  const listeners: (() => void)[] = []
  return {
    post: () => undefined,
    onMessage: () => undefined,
    onClose: (listener) => void listeners.push(listener),
    close: () => {
      for (const listener of listeners) listener()
    },
  }
}

describe('the session', () => {
  beforeEach(() => {
    useLibrary.setState({ rows: new Map(), folders: [], loaded: false })
    useAppInfo.setState({ info: undefined, connection: 'connecting', notices: [] })
    closeSheet()
  })

  it('fills the stores from a connection', async () => {
    startSession().use({ client: services(700), onClose: () => undefined })
    await expect.poll(() => useAppInfo.getState().info?.host).toBe('web')
    expect(useAppInfo.getState()).toMatchObject({ connection: 'open' })
    expect(useLibrary.getState()).toMatchObject({ loaded: true })
    expect(useLibrary.getState().rows.size).toBe(700)
    expect(useSettings.getState().settings.units).toBe('decimal')
  })

  it('shows a lost connection as such and as nothing else, and takes up the next one', async () => {
    const session = startSession()
    const peer = silentPeer()
    session.use({
      client: connect(contract, peer),
      onClose: (listener) => peer.onClose(listener),
    })
    const waiting = session.api['settings.get']({})
    peer.close()
    await expect(waiting).rejects.toBeInstanceOf(RemoteError)
    await expect(session.api['settings.get']({})).rejects.toMatchObject({
      data: { reason: 'disconnected' },
    })
    expect(useAppInfo.getState().connection).toBe('lost')
    expect(useSheet.getState().sheet).toBeUndefined()

    session.use({ client: services(3), onClose: () => undefined })
    await expect.poll(() => useLibrary.getState().rows.size).toBe(3)
    expect(await session.api['settings.get']({})).toMatchObject({ units: 'decimal' })
  })

  it('does not bring a dismissed notice back with the next connection', async () => {
    const session = startSession()
    session.use({ client: services(1), onClose: () => undefined })
    await expect.poll(() => useAppInfo.getState().notices).toHaveLength(1)
    useAppInfo.setState({ notices: [] })
    session.use({ client: services(2), onClose: () => undefined })
    await expect.poll(() => useLibrary.getState().rows.size).toBe(2)
    expect(useAppInfo.getState().notices).toEqual([])
  })
})
