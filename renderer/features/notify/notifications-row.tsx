import { reportError } from '../../state/report-error.ts'
import { Button } from '../../ui/button.tsx'
import { settingsTexts } from '../settings/settings-texts.ts'
import { askForNotifications, useNotificationPermission } from './browser-notifications.ts'

/** Whether this browser tells of work that ended, and the way to let it. */
export function NotificationsRow() {
  const words = settingsTexts().notifications
  const permission = useNotificationPermission()
  return (
    <>
      <div className="field">
        <span className="field-label">{words.title}</span>
        {permission === 'default' && (
          <Button onClick={() => void askForNotifications().catch(reportError)}>{words.ask}</Button>
        )}
      </div>
      <p className="settings-hint">
        {permission === 'default' ? words.meaning : words[permission]}
      </p>
    </>
  )
}
