import { useState } from 'react'
import type { LibraryRow } from '../../../ipc/schemas/library.ts'
import { counted } from '../../format/counts.ts'
import { openSheet } from '../../state/sheets.ts'
import { Banner } from '../../ui/banner.tsx'
import { Button } from '../../ui/button.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { Segmented } from '../../ui/segmented.tsx'
import { ErrorPanel } from '../error/error-panel.tsx'
import { SnapshotCard } from './snapshot-card.tsx'
import { SnapshotTree } from './snapshot-tree.tsx'
import type { SnapshotEntry, SnapshotList } from './snapshot-choice.ts'
import { snapshotsTexts } from './snapshots-texts.ts'
import { useSnapshots } from './use-snapshots.ts'
import { whyReadOnly } from './why-read-only.ts'
import './snapshots.css'

/** More than a person looks at in one picture; the list has them all. */
const treeLimit = 200
const listedAtOnce = 100

/** The snapshots inside an image: what each takes, which went on from which, and what can be done with them. */
export function SnapshotsView({ row }: { readonly row: LibraryRow }) {
  const words = snapshotsTexts().tab
  const list = useSnapshots(row)
  if (row.format !== 'qcow2' && row.format !== undefined) {
    return (
      <EmptyState icon="snapshot" title={words.notHere}>
        {words.notHereMeaning(row.formatLabel)}
      </EmptyState>
    )
  }
  if (list.kind === 'failed') return <ErrorPanel error={list.error} />
  if (list.kind === 'waiting') return <p className="inspector-waiting">{words.waiting}</p>
  return <Snapshots row={row} list={list.value} />
}

interface SnapshotsProps {
  readonly row: LibraryRow
  readonly list: SnapshotList
}

function Snapshots({ row, list }: SnapshotsProps) {
  const words = snapshotsTexts().tab
  const reason = whyReadOnly(row)
  const take = (
    <Button
      icon="snapshot"
      variant={list.snapshots.length === 0 ? 'primary' : 'plain'}
      disabledReason={reason?.title}
      onClick={() => openSheet({ kind: 'take-snapshot', imageId: row.id })}
    >
      {words.take}
    </Button>
  )
  if (list.snapshots.length === 0) {
    return (
      <EmptyState icon="snapshot" title={words.none} actions={take}>
        {reason?.title ?? words.noneMeaning}
      </EmptyState>
    )
  }
  return (
    <div className="inspector-stack">
      {reason !== undefined && (
        <Banner tone="info" title={reason.title}>
          {reason.detail}
        </Banner>
      )}
      <div className="snapshots-bar">
        <p className="muted">{words.count(counted(list.snapshots.length, 'snapshot'))}</p>
        {take}
      </div>
      <Chosen row={row} list={list} readOnlyReason={reason?.title} />
    </div>
  )
}

interface ChosenProps extends SnapshotsProps {
  readonly readOnlyReason: string | undefined
}

const views = ['list', 'tree'] as const

function Chosen({ row, list, readOnlyReason }: ChosenProps) {
  const words = snapshotsTexts()
  const canTree = list.snapshots.length <= treeLimit
  const [view, setView] = useState<(typeof views)[number]>('list')
  const [chosen, setChosen] = useState<string>()
  const [shown, setShown] = useState(listedAtOnce)
  const snapshot = list.snapshots.find(({ id }) => id === chosen)
  const newestFirst = list.snapshots.toSorted((one, other) => other.createdAt - one.createdAt)
  const card = (entry: SnapshotEntry) => (
    <SnapshotCard row={row} snapshot={entry} readOnlyReason={readOnlyReason} />
  )
  return (
    <>
      {canTree && (
        <Segmented
          label={words.tab.view}
          labelHidden
          options={views.map((value) => ({ value, label: words.tab[value] }))}
          value={view}
          onChange={setView}
        />
      )}
      {canTree && view === 'tree' ? (
        <>
          <SnapshotTree list={list} chosen={snapshot} onChoose={(entry) => setChosen(entry?.id)} />
          {snapshot === undefined ? (
            <p className="muted">{words.tree.nowMeaning}</p>
          ) : (
            card(snapshot)
          )}
        </>
      ) : (
        <ol className="inspector-cards">
          {newestFirst.slice(0, shown).map((entry) => (
            <li key={entry.id}>{card(entry)}</li>
          ))}
        </ol>
      )}
      {view === 'list' && newestFirst.length > shown && (
        <Button onClick={() => setShown((before) => before + listedAtOnce)}>
          {words.tab.showMore}
        </Button>
      )}
    </>
  )
}
