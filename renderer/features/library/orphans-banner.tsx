import { counted, formatCount } from '../../format/counts.ts'
import { texts } from '../../texts/texts.ts'
import { Banner } from '../../ui/banner.tsx'
import { useVmPlaces, type VmPlaces } from './use-vm-places.ts'

/** Above the orphans: what was looked at, and what could not be read of it. */
export function OrphansBanner({ count }: { readonly count: number }) {
  const places = useVmPlaces(count)
  if (places === undefined) return null
  const words = texts().library.orphans
  const unread = places.flatMap((place) => place.unread)
  return (
    <div className="library-banner">
      <Banner
        tone={unread.length > 0 ? 'warn' : 'info'}
        title={words.title(counted(count, 'image'))}
      >
        {words.text(lookedAt(places), count)}
        {unread.length > 0 && <> {unreadWords(unread)}</>}
      </Banner>
    </div>
  )
}

/** "9 virtual machines of libvirt, 2 of quickemu". */
function lookedAt(places: VmPlaces): string {
  const { orphans, sources } = texts().library
  const counts = new Map<string, number>()
  for (const { source, vms } of places) {
    const name = source === undefined ? orphans.besideImages : sources[source]
    if (vms > 0) counts.set(name, (counts.get(name) ?? 0) + vms)
  }
  return Array.from(counts, ([name, vms], index) =>
    orphans.machines(name, index === 0 ? counted(vms, 'virtualMachine') : formatCount(vms)),
  ).join(', ')
}

function unreadWords(unread: VmPlaces[number]['unread']): string {
  const words = texts().library.orphans
  const [first] = unread
  if (first === undefined) return ''
  const { why } = words
  const reason = first.errno in why ? why[first.errno as keyof typeof why] : why.other
  return words.unread(
    unread.length,
    formatCount(unread.length),
    words.unreadPlace(first.path, reason),
  )
}
