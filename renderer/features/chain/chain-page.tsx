import { useDeferredValue, useMemo, useState } from 'react'
import { formatCount } from '../../format/counts.ts'
import { useLibrary } from '../../state/library.ts'
import { texts } from '../../texts/texts.ts'
import { Badge } from '../../ui/badge.tsx'
import { Checkbox } from '../../ui/checkbox.tsx'
import { EmptyState } from '../../ui/empty-state.tsx'
import { Segmented } from '../../ui/segmented.tsx'
import { TextField } from '../../ui/text-field.tsx'
import { revealImages } from '../library/reveal-images.ts'
import { ChainActions } from './chain-actions.tsx'
import { chainFamilies, type ChainNode, type Families } from './chain-families.ts'
import { ChainGraph } from './chain-graph.tsx'
import { layOutChains, type ChainLayout } from './chain-layout.ts'
import { ChainList } from './chain-list.tsx'
import { chainTexts } from './chain-texts.ts'
import { childrenWords, stateOf } from './chain-words.ts'
import { findFamilies } from './find-families.ts'
import './chain.css'

type View = 'graph' | 'list'

/** Every backing chain of the library; the keyboard starts at the image it was opened for. */
export function ChainPage({ imageId }: { readonly imageId: number | undefined }) {
  const rows = useLibrary((state) => state.rows)
  const [view, setView] = useState<View>('graph')
  const [text, setText] = useState('')
  const [onlyBroken, setOnlyBroken] = useState(false)
  const wanted = useDeferredValue(text)
  const families = useMemo(() => chainFamilies(rows), [rows])
  const layout = useMemo(
    () => layOutChains(findFamilies(families.roots, { text: wanted, onlyBroken })),
    [families, wanted, onlyBroken],
  )
  const words = chainTexts()
  return (
    <section className="chain-page" aria-label={words.title}>
      <header className="chain-header">
        <div className="chain-title">
          <h1 className="visually-hidden">{words.title}</h1>
          <Summary families={families} />
        </div>
        <TextField
          className="chain-find"
          label={words.find}
          labelHidden
          icon="search"
          placeholder={words.find}
          clearable
          value={text}
          onChange={setText}
        />
        <Checkbox label={words.onlyBroken} checked={onlyBroken} onChange={setOnlyBroken} />
        <Segmented
          label={words.view}
          labelHidden
          options={[
            { value: 'graph', label: words.graph },
            { value: 'list', label: words.list },
          ]}
          value={view}
          onChange={setView}
        />
      </header>
      {layout.nodes.length === 0 ? (
        <Nothing families={families} onlyBroken={onlyBroken} />
      ) : view === 'list' ? (
        <ChainList layout={layout} />
      ) : (
        <GraphWithDetails layout={layout} imageId={imageId} />
      )}
    </section>
  )
}

function Summary({ families }: { readonly families: Families }) {
  const words = chainTexts()
  const { roots, images, broken } = families
  if (roots.length === 0) return null
  return (
    <span className="muted">
      {words.summary(
        words.families(roots.length, formatCount(roots.length)),
        words.images(images, formatCount(images)),
      )}
      {broken > 0 && (
        <>
          {' '}
          <Badge tone="bad">{words.broken(broken, formatCount(broken))}</Badge>
        </>
      )}
    </span>
  )
}

function Nothing({
  families,
  onlyBroken,
}: {
  readonly families: Families
  readonly onlyBroken: boolean
}) {
  const words = chainTexts()
  if (families.roots.length === 0) {
    return (
      <EmptyState icon="branch" title={words.none}>
        {words.noneMeaning}
      </EmptyState>
    )
  }
  return onlyBroken && families.broken === 0 ? (
    <EmptyState icon="check-circle" title={words.noneBroken}>
      {words.noneBrokenMeaning}
    </EmptyState>
  ) : (
    <EmptyState icon="search" title={words.notFound} />
  )
}

interface GraphProps {
  readonly layout: ChainLayout
  readonly imageId: number | undefined
}

/** The graph, and below it what is known of the node that the keyboard is at. */
function GraphWithDetails({ layout, imageId }: GraphProps) {
  const [key, setKey] = useState(imageId === undefined ? undefined : `image:${imageId}`)
  // Kept by key: events of the library move nodes, and the keyboard stays at its image.
  const active = Math.max(
    0,
    layout.nodes.findIndex(({ node }) => node.key === key),
  )
  const node = layout.nodes[active]?.node
  return (
    <>
      <ChainGraph
        layout={layout}
        active={active}
        onActive={(index) => setKey(layout.nodes[index]?.node.key)}
        onOpen={(index) => {
          const opened = layout.nodes[index]?.node
          if (opened?.kind === 'image') revealImages([opened.row.id])
        }}
        {...(imageId !== undefined && { current: imageId })}
      />
      {node !== undefined && <NodeDetails node={node} />}
    </>
  )
}

function NodeDetails({ node }: { readonly node: ChainNode }) {
  const { library } = texts()
  const state = stateOf(node)
  const path = node.kind === 'image' ? node.row.path : node.path
  const vms =
    node.kind === 'image'
      ? node.row.usedBy.map(({ vm, source }) => library.usedBy(vm, library.sources[source]))
      : []
  return (
    <footer className="chain-details" aria-live="polite">
      <div className="chain-details-words">
        <strong className="truncate">{node.name}</strong>
        {state !== undefined && <Badge tone={state.tone}>{state.word}</Badge>}
        <span className="muted">{childrenWords(node)}</span>
        {vms.length > 0 && <span className="muted">{vms.join(', ')}</span>}
        {path !== undefined && (
          <span className="chain-details-path truncate selectable" title={path}>
            {path}
          </span>
        )}
        {state !== undefined && <p>{state.meaning}</p>}
      </div>
      <div className="chain-actions">
        <ChainActions node={node} />
      </div>
    </footer>
  )
}
