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

/** Guest clusters by how they are stored. Counted on demand: it reads every L2 table. */
export function ClustersCard({ row }: { readonly row: LibraryRow }) {
  const [asked, setAsked] = useState(false)
  return (
    <Card title="Clusters of the active state">
      {asked ? (
        <CountedClusters row={row} />
      ) : (
        <>
          <p className="muted">
            How many are stored, zero, compressed or fragmented. Counting reads every L2 table,
            never the data.
          </p>
          <div className="inspector-actions">
            <Button size="small" onClick={() => setAsked(true)}>
              Count clusters
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
        <p className="muted">Counting…</p>
      ) : (
        <Facts items={clusterFacts(clusters)} />
      )}
    </div>
  )
}

const clusterFacts = (clusters: NonNullable<ImageInfo['clusters']>): readonly Fact[] => [
  { label: 'Total', value: formatCount(clusters.total) },
  { label: 'Normal', value: formatCount(clusters.normal) },
  { label: 'Zero, plain', value: formatCount(clusters.zeroPlain) },
  { label: 'Zero, allocated', value: formatCount(clusters.zeroAllocated) },
  { label: 'Compressed', value: formatCount(clusters.compressed) },
  { label: 'Unallocated', value: formatCount(clusters.unallocated) },
  { label: 'Fragmented', value: formatCount(clusters.fragmented) },
]
