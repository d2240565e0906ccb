import { useAppInfo } from '../../state/app-info.ts'
import { openSheet } from '../../state/sheets.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { Facts } from '../../ui/facts.tsx'

const hosts = { electron: 'Desktop', web: 'Web host' } as const

export function AboutSheet({ onClose }: { readonly onClose: () => void }) {
  const info = useAppInfo((state) => state.info)
  return (
    <Dialog
      title="About Platter"
      description="Platter shows which virtual-machine disk images are healthy and what each really occupies. It works with its own engine and changes an image only when you say so, after it has shown what it will do. Images stay on this computer; nothing is sent anywhere."
      onClose={onClose}
      footer={
        <>
          <Button icon="keyboard" onClick={() => openSheet({ kind: 'shortcuts' })}>
            Keyboard shortcuts
          </Button>
          <Button variant="primary" onClick={onClose}>
            Done
          </Button>
        </>
      }
    >
      {info !== undefined && (
        <Facts
          items={[
            { label: 'Version', value: info.version },
            { label: 'Engine', value: info.engineVersion },
            { label: 'Host', value: `${hosts[info.host]}, ${info.platform}` },
            { label: 'Node', value: info.nodeVersion },
            { label: 'SQLite', value: info.sqliteVersion },
            { label: 'Data', value: <span className="mono">{info.dataFolder}</span> },
            { label: 'Logs', value: <span className="mono">{info.logFolder}</span> },
            { label: 'Licence', value: 'MIT' },
          ]}
        />
      )}
    </Dialog>
  )
}
