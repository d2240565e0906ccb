import { dismissNotice, useAppInfo } from '../../state/app-info.ts'
import { Banner } from '../../ui/banner.tsx'
import { IconButton } from '../../ui/button.tsx'
import './notices.css'

/** What is said about the whole window: the connection, and what the services want known. */
export function Notices() {
  const notices = useAppInfo((state) => state.notices)
  const connection = useAppInfo((state) => state.connection)
  const isCut = connection === 'lost' || connection === 'refused'
  if (!isCut && notices.length === 0) return null
  return (
    <div className="notices">
      {connection === 'lost' && (
        <Banner tone="bad" title="The connection to Platter was lost">
          Trying to connect again. Running jobs go on; the list shows what was known last.
        </Banner>
      )}
      {connection === 'refused' && (
        <Banner tone="bad" title="Platter was started again">
          This page belongs to the run before it. Copy the new link from the terminal where Platter
          was started; the list shows what was known last.
        </Banner>
      )}
      {notices.map(({ id, title, detail }) => (
        <Banner
          key={id}
          tone="warn"
          title={title}
          actions={
            <IconButton
              icon="close"
              size="small"
              label={`Dismiss: ${title}`}
              onClick={() => dismissNotice(id)}
            />
          }
        >
          {detail}
        </Banner>
      ))}
    </div>
  )
}
