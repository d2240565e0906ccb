import type { ReactNode } from 'react'
import { changeSettings, useSettings } from '../../state/settings.ts'
import { useAppInfo } from '../../state/app-info.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { Segmented } from '../../ui/segmented.tsx'
import { Select } from '../../ui/select.tsx'
import { texts } from '../../texts/texts.ts'
import { NotificationsRow } from '../notify/notifications-row.tsx'
import { WeeklyChecksCard } from '../schedule/weekly-checks-card.tsx'
import { UndoStoreCard } from '../undo/undo-store-card.tsx'
import './settings-sheet.css'

const jobCounts = [
  { value: '0', label: 'As many as there are cores' },
  ...['1', '2', '3', '4', '6', '8', '12', '16'].map((value) => ({ value, label: value })),
] as const

/** Every change holds at once; there is nothing to save. */
export function SettingsSheet({ onClose }: { readonly onClose: () => void }) {
  const settings = useSettings((state) => state.settings)
  const words = texts().settings
  const info = useAppInfo((state) => state.info)
  const logFolder = info?.logFolder
  const jobs = String(settings.parallelJobs)
  return (
    <Dialog
      title="Settings"
      onClose={onClose}
      footer={
        <Button variant="primary" onClick={onClose}>
          Done
        </Button>
      }
    >
      <div className="settings">
        <Row>
          <Segmented
            label="Theme"
            options={[
              { value: 'system', label: 'System' },
              { value: 'light', label: 'Light' },
              { value: 'dark', label: 'Dark' },
            ]}
            value={settings.theme}
            onChange={(theme) => changeSettings({ theme })}
          />
        </Row>
        <Row>
          <Segmented
            label="Rows"
            options={[
              { value: 'comfortable', label: 'Comfortable' },
              { value: 'compact', label: 'Compact' },
            ]}
            value={settings.density}
            onChange={(density) => changeSettings({ density })}
          />
        </Row>
        <Row hint="1 GiB is 1,073,741,824 bytes; 1 GB is 1,000,000,000. The exact number is shown on hover.">
          <Segmented
            label="Sizes"
            options={[
              { value: 'binary', label: 'GiB, MiB' },
              { value: 'decimal', label: 'GB, MB' },
            ]}
            value={settings.units}
            onChange={(units) => changeSettings({ units })}
          />
        </Row>
        <Row hint="An image can name other files (a backing file, a data file). Names that lead out of the image’s folder are opened only as chosen here.">
          <Select
            label="Links inside images"
            options={[
              { value: 'ask', label: 'Ask for each image' },
              { value: 'same-folder', label: 'Only within the image’s folder' },
              { value: 'deny', label: 'Never follow' },
            ]}
            value={settings.links}
            onChange={(links) => changeSettings({ links })}
          />
        </Row>
        <Row hint="Jobs that read images at the same time. One spinning disk is fastest with one or two.">
          <Select
            label="Parallel jobs"
            options={
              jobCounts.some(({ value }) => value === jobs)
                ? jobCounts
                : [...jobCounts, { value: jobs, label: jobs }]
            }
            value={jobs}
            onChange={(value) => changeSettings({ parallelJobs: Number(value) })}
          />
        </Row>
        <Row
          hint={
            logFolder === undefined ? undefined : (
              <>
                Written to <span className="mono selectable">{logFolder}</span>. Never what is
                inside an image.
              </>
            )
          }
        >
          <Select
            label="Log"
            options={[
              { value: 'error', label: 'Errors only' },
              { value: 'warn', label: 'Warnings' },
              { value: 'info', label: 'What happens' },
              { value: 'debug', label: 'Everything' },
            ]}
            value={settings.logLevel}
            onChange={(logLevel) => changeSettings({ logLevel })}
          />
        </Row>
        {info?.capabilities.notifications === false && (
          <Row>
            <NotificationsRow />
          </Row>
        )}
        <Row>
          <Select
            label={words.language}
            options={[
              { value: 'en', label: words.languages.en },
              { value: 'en-XA', label: words.languages['en-XA'] },
            ]}
            value={settings.language}
            onChange={(language) => changeSettings({ language })}
          />
        </Row>
        <Row hint={texts().schedule.meaning}>
          <WeeklyChecksCard />
        </Row>
        <Row hint={texts().undo.store.meaning}>
          <UndoStoreCard />
        </Row>
      </div>
    </Dialog>
  )
}

interface RowProps {
  readonly hint?: ReactNode
  readonly children: ReactNode
}

function Row({ hint, children }: RowProps) {
  return (
    <div className="settings-row">
      {children}
      {hint !== undefined && <p className="settings-hint">{hint}</p>}
    </div>
  )
}
