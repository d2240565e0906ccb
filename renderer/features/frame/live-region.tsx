import { useAnnouncement } from '../../state/announce.ts'

/** Where `announce` is heard. A key that changes makes a repeated sentence be read again. */
export function LiveRegion() {
  const { text, count } = useAnnouncement()
  return (
    <div className="visually-hidden" role="status" aria-live="polite">
      <span key={count}>{text}</span>
    </div>
  )
}
