/**
 * The pipe between the sandboxed window and the services: text out, text in, and the paths of dropped
 * files. No logic, no schema, and nothing of Electron itself reaches the page.
 */
import { contextBridge, ipcRenderer, webUtils } from 'electron'
import { channels } from '../ipc/channels.ts'
import type { DesktopBridge } from '../ipc/desktop-bridge.ts'

let onText: (text: string) => void = () => undefined
let onClose: () => void = () => undefined

ipcRenderer.on(channels.message, (_event, text: string) => onText(text))
ipcRenderer.on(channels.close, () => onClose())

const bridge: DesktopBridge = {
  send: (text) => ipcRenderer.send(channels.message, text),
  onText: (listener) => {
    onText = listener
  },
  onClose: (listener) => {
    onClose = listener
  },
  close: () => ipcRenderer.send(channels.close),
  pathFor: (file) => webUtils.getPathForFile(file),
}
contextBridge.exposeInMainWorld('platter', bridge)

ipcRenderer.send(channels.open)
