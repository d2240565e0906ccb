import { useAppInfo } from '../../state/app-info.ts'
import { openSheet } from '../../state/sheets.ts'
import { texts } from '../../texts/texts.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { Facts } from '../../ui/facts.tsx'
import { aboutTexts } from './about-texts.ts'

export function AboutSheet({ onClose }: { readonly onClose: () => void }) {
  const info = useAppInfo((state) => state.info)
  const words = aboutTexts()
  return (
    <Dialog
      title={words.title}
      description={words.text}
      onClose={onClose}
      footer={
        <>
          <Button icon="keyboard" onClick={() => openSheet({ kind: 'shortcuts' })}>
            {words.shortcuts}
          </Button>
          <Button variant="primary" onClick={onClose}>
            {texts().common.done}
          </Button>
        </>
      }
    >
      {info !== undefined && (
        <Facts
          items={[
            { label: words.version, value: info.version },
            { label: words.engine, value: info.engineVersion },
            {
              label: words.host,
              value: words.hostAndPlatform(words.hosts[info.host], info.platform),
            },
            { label: words.node, value: info.nodeVersion },
            { label: words.sqlite, value: info.sqliteVersion },
            { label: words.data, value: <span className="mono">{info.dataFolder}</span> },
            { label: words.logs, value: <span className="mono">{info.logFolder}</span> },
            { label: words.licence, value: 'MIT' },
          ]}
        />
      )}
    </Dialog>
  )
}
