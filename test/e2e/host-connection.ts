import { WebSocket } from 'ws'
import { connect } from '../../ipc/connect.ts'
import { contract, type Contract } from '../../ipc/contract.ts'
import type { Client } from '../../ipc/procedure.ts'
import { protocolName } from '../../ipc/protocol.ts'
import { webSocketPeer } from '../../main/web/web-socket-peer.ts'

export interface HostConnection {
  readonly client: Client<Contract>
  close(): void
}

/** Speaks to a web host as its window does, from the link that it printed. */
export async function connectToHost(link: string): Promise<HostConnection> {
  const { host, hash } = new URL(link)
  const token = new URLSearchParams(hash.slice(1)).get('token') ?? ''
  const socket = new WebSocket(`ws://${host}/connection`, [protocolName, `auth.${token}`], {
    origin: `http://${host}`,
  })
  await new Promise<void>((resolve, reject) => {
    socket.once('open', resolve)
    socket.once('error', reject)
  })
  return { client: connect(contract, webSocketPeer(socket)), close: () => socket.terminate() }
}
