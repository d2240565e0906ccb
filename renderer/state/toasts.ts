import { Toast } from '@base-ui/react/toast'

export interface ToastData {
  readonly tone: 'good' | 'info' | 'bad'
  readonly action?: { readonly label: string; readonly run: () => void }
}

export interface ToastOptions extends Partial<ToastData> {
  /** Until it is dismissed: what went wrong behind somebody's back is not to be missed. */
  readonly stays?: boolean
  readonly title: string
  readonly detail?: string
}

export const toastManager = Toast.createToastManager<ToastData>()

/** For success, and for what ends in the background. Errors of what was just asked are dialogs. */
export function toast({ title, detail, tone = 'good', action, stays = false }: ToastOptions): void {
  toastManager.add({
    title,
    ...(detail !== undefined && { description: detail }),
    ...(stays && { timeout: 0 }),
    data: { tone, ...(action && { action }) },
  })
}
