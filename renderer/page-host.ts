import type { Contract } from '../ipc/contract.ts'
import type { Client } from '../ipc/procedure.ts'
import type { Host } from './host.ts'

/** A host whose page abilities are the browser's own. */
export function pageHost(api: Client<Contract>, pathFor: (file: File) => string | undefined): Host {
  return {
    api,
    pathFor,
    copyText: (text) => navigator.clipboard.writeText(text),
    openTab: (address, name) => {
      const tab = window.open(`${location.pathname}${location.search}${address}`, name)
      tab?.focus()
      return tab !== null
    },
    saveText: ({ fileName, mimeType, text }) => {
      const url = URL.createObjectURL(new Blob([text], { type: mimeType }))
      const link = document.createElement('a')
      link.href = url
      link.download = fileName
      link.click()
      // The download reads the blob after the click; a minute is longer than any browser takes to start.
      setTimeout(() => URL.revokeObjectURL(url), 60_000)
    },
  }
}
