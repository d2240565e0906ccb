import { useState } from 'react'
import type { ImageInfo } from '../../../ipc/schemas/image.ts'
import type { LibraryRow } from '../../../ipc/schemas/library.ts'
import { formatCount } from '../../format/counts.ts'
import { host } from '../../host.ts'
import { useAnswer } from '../../state/use-answer.ts'
import { Button } from '../../ui/button.tsx'
import { Card } from '../../ui/card.tsx'
import { Facts, type Fact } from '../../ui/facts.tsx'
import { ErrorPanel } from '../error/error-panel.tsx'
import { useImageVersion } from '../jobs/use-image-work.ts'
import { detailsTexts } from './details-texts.ts'

/** Guest clusters by how they are stored. Counted on demand: it reads every L2 table. */
export function ClustersCard({ row }: { readonly row: LibraryRow }) {
  const words = detailsTexts().clusters
  const [asked, setAsked] = useState(false)
  return (
    <Card title={words.title}>
      {asked ? (
        <CountedClusters row={row} />
      ) : (
        <>
          <p className="muted">{words.text}</p>
          <div className="inspector-actions">
            <Button size="small" onClick={() => setAsked(true)}>
              {words.count}
            </Button>
          </div>
        </>
      )}
    </Card>
  )
}

function CountedClusters({ row }: { readonly row: LibraryRow }) {
  const info = useAnswer<ImageInfo>({
    subject: String(row.id),
    version: useImageVersion(row),
    ask: (signal) => host().api['images.info']({ imageId: row.id, withClusters: true }, { signal }),
  })
  if (info.kind === 'failed') return <ErrorPanel error={info.error} />
  const clusters = info.kind === 'ready' ? info.value.clusters : undefined
  return (
    <div aria-live="polite">
      {clusters === undefined ? (
        <p className="muted">{detailsTexts().clusters.counting}</p>
      ) : (
        <Facts items={clusterFacts(clusters)} />
      )}
    </div>
  )
}

function clusterFacts(clusters: NonNullable<ImageInfo['clusters']>): readonly Fact[] {
  const words = detailsTexts().clusters
  return (
    [
      'total',
      'normal',
      'zeroPlain',
      'zeroAllocated',
      'compressed',
      'unallocated',
      'fragmented',
    ] as const
  ).map((kind) => ({ label: words[kind], value: formatCount(clusters[kind]) }))
}
