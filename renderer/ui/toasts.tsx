import { Toast } from '@base-ui/react/toast'
import { clsx } from './clsx.ts'
import { Button, IconButton } from './button.tsx'
import { Icon } from './icon.tsx'
import { toastManager, type ToastData } from '../state/toasts.ts'
import { texts } from '../texts/texts.ts'
import { popupContainer } from './popup-container.ts'
import './toasts.css'

function ToastList() {
  const { toasts } = Toast.useToastManager<ToastData>()
  return toasts.map((toast) => {
    const tone = toast.data?.tone ?? 'info'
    const action = toast.data?.action
    return (
      <Toast.Root key={toast.id} toast={toast} className={clsx('toast', `toast-${tone}`)}>
        <Toast.Content className="toast-content">
          <Icon
            name={tone === 'good' ? 'check-circle' : tone === 'bad' ? 'cross-circle' : 'info'}
          />
          <div className="toast-text">
            <Toast.Title className="toast-title" />
            <Toast.Description className="toast-detail" />
          </div>
          {action && (
            <Button
              size="small"
              onClick={() => {
                action.run()
                toastManager.close(toast.id)
              }}
            >
              {action.label}
            </Button>
          )}
          <Toast.Close
            render={<IconButton icon="close" size="small" label={texts().common.dismiss} />}
          />
        </Toast.Content>
      </Toast.Root>
    )
  })
}

export interface ToastsProps {
  /** A CSS length: how far above the lower edge, because something there has buttons that they would cover. */
  readonly raisedBy?: string
}

/** Where toasts appear. Base UI announces them and lets F6 reach them. */
export function Toasts({ raisedBy = '0' }: ToastsProps) {
  return (
    <Toast.Provider toastManager={toastManager} limit={3}>
      <Toast.Portal container={popupContainer()}>
        <Toast.Viewport
          className="toasts"
          aria-label={texts().frame.toasts}
          style={{ marginBottom: raisedBy }}
        >
          <ToastList />
        </Toast.Viewport>
      </Toast.Portal>
    </Toast.Provider>
  )
}
