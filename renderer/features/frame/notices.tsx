import { dismissNotice, useAppInfo } from '../../state/app-info.ts'
import { foreign, texts } from '../../texts/texts.ts'
import { Banner } from '../../ui/banner.tsx'
import { IconButton } from '../../ui/button.tsx'
import './notices.css'

/** What is said about the whole window: the connection, and what the services want known. */
export function Notices() {
  const notices = useAppInfo((state) => state.notices)
  const connection = useAppInfo((state) => state.connection)
  const isCut = connection === 'lost' || connection === 'refused'
  if (!isCut && notices.length === 0) return null
  const words = texts().frame
  return (
    <div className="notices">
      {connection === 'lost' && (
        <Banner tone="bad" title={words.lost.title}>
          {words.lost.text}
        </Banner>
      )}
      {connection === 'refused' && (
        <Banner tone="bad" title={words.refused.title}>
          {words.refused.text}
        </Banner>
      )}
      {notices.map(({ id, title, detail }) => (
        <Banner
          key={id}
          tone="warn"
          title={foreign(title)}
          actions={
            <IconButton
              icon="close"
              size="small"
              label={words.dismiss(foreign(title))}
              onClick={() => dismissNotice(id)}
            />
          }
        >
          {foreign(detail)}
        </Banner>
      ))}
    </div>
  )
}
