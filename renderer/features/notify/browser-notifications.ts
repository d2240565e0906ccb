import { useSyncExternalStore } from 'react'

export type Permission = 'unsupported' | 'default' | 'granted' | 'denied'

const listeners = new Set<() => void>()

/** What the browser was told to do with notifications of this page. */
export const notificationPermission = (): Permission =>
  'Notification' in globalThis ? Notification.permission : 'unsupported'

export function useNotificationPermission(): Permission {
  return useSyncExternalStore((listener) => {
    listeners.add(listener)
    return () => listeners.delete(listener)
  }, notificationPermission)
}

/** Lets the browser ask the person; only ever after a press of a button. */
export async function askForNotifications(): Promise<void> {
  await Notification.requestPermission()
  for (const tell of listeners) tell()
}
