import type { ReactNode } from 'react'
import { changeSettings, useSettings } from '../../state/settings.ts'
import { useAppInfo } from '../../state/app-info.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { Segmented } from '../../ui/segmented.tsx'
import { Select } from '../../ui/select.tsx'
import { texts } from '../../texts/texts.ts'
import { NotificationsRow } from '../notify/notifications-row.tsx'
import { scheduleTexts } from '../schedule/schedule-texts.ts'
import { WeeklyChecksCard } from '../schedule/weekly-checks-card.tsx'
import { UndoStoreCard } from '../undo/undo-store-card.tsx'
import { settingsTexts } from './settings-texts.ts'
import './settings-sheet.css'

const jobCounts = ['1', '2', '3', '4', '6', '8', '12', '16'] as const

/** Every change holds at once; there is nothing to save. */
export function SettingsSheet({ onClose }: { readonly onClose: () => void }) {
  const settings = useSettings((state) => state.settings)
  const words = settingsTexts()
  const info = useAppInfo((state) => state.info)
  const logFolder = info?.logFolder
  const jobs = String(settings.parallelJobs)
  const counts = [
    { value: '0', label: words.asManyAsCores },
    ...jobCounts.map((value) => ({ value, label: value })),
  ]
  return (
    <Dialog
      title={words.title}
      onClose={onClose}
      footer={
        <Button variant="primary" onClick={onClose}>
          {texts().common.done}
        </Button>
      }
    >
      <div className="settings">
        <Row>
          <Segmented
            label={words.theme}
            options={[
              { value: 'system', label: words.themes.system },
              { value: 'light', label: words.themes.light },
              { value: 'dark', label: words.themes.dark },
            ]}
            value={settings.theme}
            onChange={(theme) => changeSettings({ theme })}
          />
        </Row>
        <Row>
          <Segmented
            label={words.rows}
            options={[
              { value: 'comfortable', label: words.densities.comfortable },
              { value: 'compact', label: words.densities.compact },
            ]}
            value={settings.density}
            onChange={(density) => changeSettings({ density })}
          />
        </Row>
        <Row hint={words.sizesHint}>
          <Segmented
            label={words.sizes}
            options={[
              { value: 'binary', label: words.units.binary },
              { value: 'decimal', label: words.units.decimal },
            ]}
            value={settings.units}
            onChange={(units) => changeSettings({ units })}
          />
        </Row>
        <Row hint={words.linksHint}>
          <Select
            label={words.links}
            options={[
              { value: 'ask', label: words.linkRules.ask },
              { value: 'same-folder', label: words.linkRules['same-folder'] },
              { value: 'deny', label: words.linkRules.deny },
            ]}
            value={settings.links}
            onChange={(links) => changeSettings({ links })}
          />
        </Row>
        <Row hint={words.jobsHint}>
          <Select
            label={words.jobs}
            options={
              counts.some(({ value }) => value === jobs)
                ? counts
                : [...counts, { value: jobs, label: jobs }]
            }
            value={jobs}
            onChange={(value) => changeSettings({ parallelJobs: Number(value) })}
          />
        </Row>
        <Row
          hint={
            logFolder === undefined ? undefined : (
              <>
                {words.logHint} <span className="mono selectable">{logFolder}</span>
              </>
            )
          }
        >
          <Select
            label={words.log}
            options={[
              { value: 'error', label: words.logLevels.error },
              { value: 'warn', label: words.logLevels.warn },
              { value: 'info', label: words.logLevels.info },
              { value: 'debug', label: words.logLevels.debug },
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
        <Row hint={scheduleTexts().meaning}>
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
