import { useState } from 'react'
import { formatCount } from '../../format/counts.ts'
import { Badge } from '../../ui/badge.tsx'
import { Button } from '../../ui/button.tsx'
import { ChainActions } from './chain-actions.tsx'
import type { ChainLayout, PlacedNode } from './chain-layout.ts'
import { chainTexts } from './chain-texts.ts'
import { stateOf } from './chain-words.ts'

const portion = 200

/** The same as the graph, line by line: base first, then what builds on it. */
export function ChainList({ layout }: { readonly layout: ChainLayout }) {
  const [count, setCount] = useState(portion)
  const { columns, more } = chainTexts()
  const shown = layout.nodes.slice(0, count)
  const left = layout.nodes.length - shown.length
  return (
    <div className="chain-list" role="region" tabIndex={0} aria-label={chainTexts().label}>
      <table className="chain-table">
        <thead>
          <tr>
            <th scope="col">{columns.image}</th>
            <th scope="col">{columns.buildsOn}</th>
            <th scope="col" className="chain-number">
              {columns.depth}
            </th>
            <th scope="col" className="chain-number">
              {columns.children}
            </th>
            <th scope="col">{columns.state}</th>
            <th scope="col">{columns.actions}</th>
          </tr>
        </thead>
        <tbody>
          {shown.map((placed) => (
            <Line
              key={placed.node.key}
              placed={placed}
              parent={placed.parent === undefined ? undefined : layout.nodes[placed.parent]}
            />
          ))}
        </tbody>
      </table>
      {left > 0 && (
        <div className="chain-more">
          <Button onClick={() => setCount(count + portion)}>
            {more(formatCount(Math.min(left, portion)))}
          </Button>
        </div>
      )}
    </div>
  )
}

function Line({
  placed: { node, column },
  parent,
}: {
  readonly placed: PlacedNode
  readonly parent: PlacedNode | undefined
}) {
  const state = stateOf(node)
  const path = node.kind === 'image' ? node.row.path : node.path
  return (
    <tr>
      <th scope="row" className="chain-name" title={path}>
        {node.name}
      </th>
      <td className="chain-name" title={parent?.node.name}>
        {parent?.node.name ?? '–'}
      </td>
      <td className="chain-number">{formatCount(column + 1)}</td>
      <td className="chain-number">{formatCount(node.children.length)}</td>
      <td>{state === undefined ? '–' : <Badge tone={state.tone}>{state.word}</Badge>}</td>
      <td>
        <div className="chain-actions">
          <ChainActions node={node} />
        </div>
      </td>
    </tr>
  )
}
