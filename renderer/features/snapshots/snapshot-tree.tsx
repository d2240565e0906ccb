import { useId, useRef, useState, type KeyboardEvent } from 'react'
import { relativeDate } from '../../format/dates.ts'
import { useNow } from '../../state/clock.ts'
import { clsx } from '../../ui/clsx.ts'
import { Icon } from '../../ui/icon.tsx'
import { layoutTree, type PlacedNode } from './layout-tree.ts'
import type { SnapshotEntry, SnapshotList } from './snapshot-choice.ts'
import { snapshotName } from './snapshot-words.ts'
import { snapshotsTexts } from './snapshots-texts.ts'

/** Pixels of a node and of the way to the next one. */
const node = { width: 128, height: 42, columnGap: 12, rowGap: 26 } as const
const margin = 4

/** The present state, as a leaf of the tree. */
const presentId = 'present-state'

interface TreeEntry {
  readonly id: string
  readonly parentId: string | undefined
  /** Undefined for the present state. */
  readonly snapshot: SnapshotEntry | undefined
}

type Placed = PlacedNode<TreeEntry>

export interface SnapshotTreeProps {
  readonly list: SnapshotList
  /** Undefined: the present state. */
  readonly chosen: SnapshotEntry | undefined
  readonly onChoose: (snapshot: SnapshotEntry | undefined) => void
}

/** Which snapshot each went on from, and where the present state is. */
export function SnapshotTree({ list, chosen, onChoose }: SnapshotTreeProps) {
  const placed = layoutTree(entriesOf(list))
  const label = useId()
  const tree = useRef<HTMLDivElement>(null)
  const active = chosen?.id ?? presentId
  const [hint] = useState(() => `${label}-hint`)
  const choose = (entry: TreeEntry): void => {
    onChoose(entry.snapshot)
    const target = tree.current?.querySelector<HTMLElement>(`[data-node="${CSS.escape(entry.id)}"]`)
    target?.focus()
  }
  const onKeyDown = (event: KeyboardEvent): void => {
    const from = placed.find(({ node: { id } }) => id === active)
    const to = from && neighbour(placed, from, event.key)
    if (to === undefined) return
    event.preventDefault()
    choose(to)
  }
  const width = Math.max(...placed.map(({ x }) => x)) * (node.width + node.columnGap) + node.width
  const height = Math.max(...placed.map(({ depth }) => depth + 1)) * (node.height + node.rowGap)
  return (
    <div className="snapshot-tree-scroller">
      <div
        ref={tree}
        role="tree"
        tabIndex={-1}
        aria-label={snapshotsTexts().tree.label}
        aria-describedby={hint}
        className="snapshot-tree"
        style={{ width: width + 2 * margin, height: height - node.rowGap + 2 * margin }}
        onKeyDown={onKeyDown}
      >
        <svg className="snapshot-tree-lines" aria-hidden="true">
          {placed.map((place) => (
            <Line key={place.node.id} place={place} placed={placed} />
          ))}
        </svg>
        {placed.map((place) => (
          <Node
            key={place.node.id}
            place={place}
            isActive={place.node.id === active}
            onChoose={() => choose(place.node)}
          />
        ))}
      </div>
      <p id={hint} className="visually-hidden">
        {snapshotsTexts().tree.hint}
      </p>
    </div>
  )
}

const entriesOf = ({ snapshots, currentParentId }: SnapshotList): readonly TreeEntry[] => [
  ...snapshots
    .toSorted((one, other) => one.createdAt - other.createdAt)
    .map((snapshot) => ({ id: snapshot.id, parentId: snapshot.parentId, snapshot })),
  { id: presentId, parentId: currentParentId, snapshot: undefined },
]

const leftOf = ({ x }: Placed): number => margin + x * (node.width + node.columnGap)
const topOf = ({ depth }: Placed): number => margin + depth * (node.height + node.rowGap)

/** Up to the parent, down to the first child, sideways in the row, Home and End to the first and last. */
function neighbour(placed: readonly Placed[], from: Placed, key: string): TreeEntry | undefined {
  const row = placed
    .filter(({ depth }) => depth === from.depth)
    .toSorted((one, other) => one.x - other.x)
  const at = row.indexOf(from)
  switch (key) {
    case 'ArrowUp':
      return from.parent
    case 'ArrowDown':
      return from.children[0]
    case 'ArrowLeft':
      return row[at - 1]?.node
    case 'ArrowRight':
      return row[at + 1]?.node
    case 'Home':
      return placed[0]?.node
    case 'End':
      return placed.at(-1)?.node
    default:
      return undefined
  }
}

interface LineProps {
  readonly place: Placed
  readonly placed: readonly Placed[]
}

function Line({ place, placed }: LineProps) {
  const parent = placed.find(({ node: { id } }) => id === place.parent?.id)
  if (parent === undefined) return null
  const from = { x: leftOf(parent) + node.width / 2, y: topOf(parent) + node.height }
  const to = { x: leftOf(place) + node.width / 2, y: topOf(place) }
  const middle = (from.y + to.y) / 2
  return (
    <path
      className={place.node.snapshot === undefined ? 'snapshot-line-present' : undefined}
      d={`M${from.x} ${from.y}C${from.x} ${middle} ${to.x} ${middle} ${to.x} ${to.y}`}
    />
  )
}

interface NodeProps {
  readonly place: Placed
  readonly isActive: boolean
  readonly onChoose: () => void
}

function Node({ place, isActive, onChoose }: NodeProps) {
  const now = useNow(30_000)
  const { snapshot } = place.node
  const words = snapshotsTexts()
  return (
    <div
      role="treeitem"
      data-node={place.node.id}
      tabIndex={isActive ? 0 : -1}
      aria-level={place.depth + 1}
      aria-selected={isActive}
      className={clsx(
        'snapshot-node',
        isActive && 'snapshot-node-active',
        snapshot === undefined && 'snapshot-node-present',
      )}
      style={{ left: leftOf(place), top: topOf(place), width: node.width, height: node.height }}
      onClick={onChoose}
      onKeyDown={(event) => {
        if (event.key !== ' ' && event.key !== 'Enter') return
        event.preventDefault()
        onChoose()
      }}
    >
      <Icon name={snapshot === undefined ? 'disk' : 'snapshot'} />
      <span className="snapshot-node-words">
        <span className="truncate">
          {snapshot === undefined ? words.tree.now : snapshotName(snapshot)}
        </span>
        {snapshot !== undefined && (
          <span className="snapshot-node-date truncate">
            {relativeDate(snapshot.createdAt, now)}
          </span>
        )}
      </span>
    </div>
  )
}
