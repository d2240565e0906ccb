/**
 * What the window has been given to work with: the services, and the few abilities of the page it
 * runs in. Set once by the entry (bridge.ts in the product, fake/ in design work), read by everyone.
 */
import type { Contract } from '../ipc/contract.ts'
import type { Client } from '../ipc/procedure.ts'

export interface TextFile {
  readonly fileName: string
  readonly mimeType: string
  readonly text: string
}

export interface Host {
  /** One function per entry of the contract. The object stays the same across reconnects; while there
   * is no connection, calls reject with the reason `disconnected`. */
  readonly api: Client<Contract>
  /** The path of a dropped file; undefined where the page is not told (a browser). */
  pathFor(file: File): string | undefined
  copyText(text: string): Promise<void>
  saveText(file: TextFile): void
  /**
   * Opens this page at an address of its own (`#…`) in a tab, or raises the tab of that name. False when the browser
   * does not allow it, which it does only while it carries out what a person asked for.
   */
  openTab(address: string, name: string): boolean
}

let current: Host | undefined

export function setHost(given: Host): void {
  current = given
}

export function host(): Host {
  if (current === undefined) throw new Error('the window was used before its host was set')
  return current
}
