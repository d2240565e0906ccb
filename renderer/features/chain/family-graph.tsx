import { useMemo, useState } from 'react'
import type { LibraryRow } from '../../../ipc/schemas/library.ts'
import { useLibrary } from '../../state/library.ts'
import { showPage } from '../../state/page.ts'
import { Button } from '../../ui/button.tsx'
import { revealImages } from '../library/reveal-images.ts'
import { ChainActions } from './chain-actions.tsx'
import { chainFamilies } from './chain-families.ts'
import { ChainGraph } from './chain-graph.tsx'
import { layOutChains } from './chain-layout.ts'
import { chainTexts } from './chain-texts.ts'
import { stateOf } from './chain-words.ts'
import { familyOf } from './family-of.ts'
import './chain.css'

/** The chain of one image in the library, for the inspector. Nothing for an image that stands alone. */
export function FamilyGraph({ row }: { readonly row: LibraryRow }) {
  const rows = useLibrary((state) => state.rows)
  const layout = useMemo(
    () => layOutChains(chainFamilies(familyOf(rows, row.id)).roots),
    [rows, row.id],
  )
  const [key, setKey] = useState(`image:${row.id}`)
  const words = chainTexts()
  if (layout.nodes.length < 2) return null
  const active = Math.max(
    0,
    layout.nodes.findIndex(({ node }) => node.key === key),
  )
  const node = layout.nodes[active]?.node
  const state = node === undefined ? undefined : stateOf(node)
  return (
    <section className="card chain-family" aria-label={words.inspector.title}>
      <header className="chain-family-head">
        <h3>{words.inspector.title}</h3>
        <Button
          size="small"
          variant="quiet"
          icon="branch"
          onClick={() => showPage({ kind: 'chains', imageId: row.id })}
        >
          {words.inspector.all}
        </Button>
      </header>
      <ChainGraph
        layout={layout}
        active={active}
        current={row.id}
        narrow
        onActive={(index) => setKey(layout.nodes[index]?.node.key ?? key)}
        onOpen={(index) => {
          const opened = layout.nodes[index]?.node
          if (opened?.kind === 'image') revealImages([opened.row.id])
        }}
      />
      {state !== undefined && <p className="chain-meaning">{state.meaning}</p>}
      {node !== undefined && (
        <div className="chain-actions">
          <ChainActions node={node} withoutShow={node.kind === 'image' && node.row.id === row.id} />
        </div>
      )}
    </section>
  )
}
