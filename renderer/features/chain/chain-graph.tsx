import { useEffect, useId, useRef, useState, type KeyboardEvent, type MouseEvent } from 'react'
import { clsx } from '../../ui/clsx.ts'
import { Icon } from '../../ui/icon.tsx'
import { formatWords } from '../library/format-words.ts'
import { isBroken } from './chain-families.ts'
import { moveInChains, type ChainLayout, type ChainMove, type PlacedNode } from './chain-layout.ts'
import { chainTexts } from './chain-texts.ts'
import { childCountOf, childrenWords, spokenPlace, stateOf } from './chain-words.ts'
import {
  canvasOf,
  chainSizes,
  edgesOf,
  leftOf,
  topOf,
  visibleNodes,
  type ChainSizes,
  type Edge,
} from './chain-view.ts'
import './chain.css'

export interface ChainGraphProps {
  readonly layout: ChainLayout
  /** Index of the node that the keyboard is at. */
  readonly active: number
  readonly onActive: (index: number) => void
  /** Enter or a double click. */
  readonly onOpen: (index: number) => void
  /** Image that is looked at; marked. */
  readonly current?: number
  /** Smaller, for a narrow pane. */
  readonly narrow?: boolean
}

const moves: Readonly<Record<string, ChainMove>> = {
  ArrowUp: 'up',
  ArrowDown: 'down',
  ArrowLeft: 'parent',
  ArrowRight: 'child',
  Home: 'first',
  End: 'last',
}

/** Images from left to right, each on what it builds on. Only what is in view is drawn. */
export function ChainGraph({
  layout,
  active,
  onActive,
  onOpen,
  current,
  narrow = false,
}: ChainGraphProps) {
  const id = useId()
  const scroller = useRef<HTMLDivElement>(null)
  const view = useView(scroller)
  const sizes = chainSizes[narrow ? 'narrow' : 'wide']
  const shown = visibleNodes(layout, sizes, view.top, view.height)
  const nodeId = (index: number): string => `${id}-${index}`
  const activeNode = layout.nodes[active]

  useEffect(() => {
    if (activeNode !== undefined && scroller.current !== null) {
      bringIntoView(scroller.current, activeNode, sizes)
    }
  }, [activeNode, sizes])

  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Enter') {
      event.preventDefault()
      onOpen(active)
      return
    }
    const move = moves[event.key]
    if (move === undefined || event.ctrlKey || event.metaKey || event.altKey) return
    event.preventDefault()
    const target = moveInChains(layout, active, move)
    if (target !== undefined) onActive(target)
  }

  const { width, height } = canvasOf(layout, sizes)
  const isShown = shown.some(({ index }) => index === active)
  return (
    <div
      ref={scroller}
      className="chain-graph"
      role="tree"
      tabIndex={0}
      aria-label={chainTexts().label}
      aria-activedescendant={isShown ? nodeId(active) : undefined}
      onKeyDown={onKeyDown}
      onClick={(event) => onNode(event, onActive)}
      onDoubleClick={(event) => onNode(event, onOpen)}
    >
      <div className="chain-canvas" role="presentation" style={{ width, height }}>
        <Edges edges={edgesOf(layout, sizes, shown)} width={width} height={height} />
        {shown.map((placed) => (
          <Node
            key={placed.node.key}
            id={nodeId(placed.index)}
            placed={placed}
            parent={placed.parent === undefined ? undefined : layout.nodes[placed.parent]}
            sizes={sizes}
            active={placed.index === active}
            current={placed.node.kind === 'image' && placed.node.row.id === current}
          />
        ))}
      </div>
    </div>
  )
}

interface NodeProps {
  readonly id: string
  readonly placed: PlacedNode
  readonly parent: PlacedNode | undefined
  readonly sizes: ChainSizes
  readonly active: boolean
  readonly current: boolean
}

function Node({ id, placed, parent, sizes, active, current }: NodeProps) {
  const { node, column, row, position, siblings } = placed
  const state = stateOf(node)
  const path = node.kind === 'image' ? node.row.path : node.path
  return (
    <div
      id={id}
      role="treeitem"
      data-node={placed.index}
      className={clsx(
        'chain-node',
        state !== undefined && `chain-node-${state.tone}`,
        node.kind === 'loose' && 'chain-node-loose',
        active && 'chain-node-active',
        current && 'chain-node-current',
      )}
      aria-level={column + 1}
      aria-posinset={position}
      aria-setsize={siblings}
      aria-selected={active}
      aria-expanded={node.children.length > 0 ? true : undefined}
      title={path}
      style={{
        width: sizes.nodeWidth,
        transform: `translate(${leftOf(column, sizes)}px, ${topOf(row, sizes)}px)`,
      }}
    >
      <Icon name={state === undefined ? 'disk' : node.kind === 'loose' ? 'missing' : 'care'} />
      <span className="chain-node-words">
        <span className="chain-node-name truncate">{node.name}</span>
        <span className="chain-node-note truncate">{state?.word ?? noteOf(placed)}</span>
        <span className="visually-hidden">{spokenPlace(node, parent?.node)}</span>
      </span>
    </div>
  )
}

/** What is worth saying of an image that is all right: who needs it. */
function noteOf({ node }: PlacedNode): string {
  if (node.kind === 'image' && childCountOf(node) === 0) {
    const vms = node.row.usedBy.map(({ vm }) => vm)
    return vms.length > 0 ? chainTexts().vms(vms.join(', ')) : formatWords(node.row)
  }
  return childrenWords(node)
}

interface EdgesProps {
  readonly edges: readonly Edge[]
  readonly width: number
  readonly height: number
}

function Edges({ edges, width, height }: EdgesProps) {
  return (
    <svg className="chain-edges" width={width} height={height} aria-hidden="true" focusable="false">
      {edges.map(({ key, path, parent }) => (
        <path
          key={key}
          d={path}
          className={clsx('chain-edge', isBroken(parent) && 'chain-edge-broken')}
        />
      ))}
    </svg>
  )
}

/** Calls with the index of the node that the mouse is on. */
function onNode(event: MouseEvent, call: (index: number) => void): void {
  // A mouse event's target in this tree is always an element.
  const node = (event.target as Element).closest<HTMLElement>('[data-node]')
  if (node?.dataset['node'] !== undefined) call(Number(node.dataset['node']))
}

interface View {
  readonly top: number
  readonly height: number
}

/** What part of the canvas is in view, worked out once a frame at most. */
function useView(scroller: { readonly current: HTMLElement | null }): View {
  const [view, setView] = useState<View>({ top: 0, height: 0 })
  useEffect(() => {
    const element = scroller.current
    if (element === null) return undefined
    let waiting = 0
    const look = (): void => {
      waiting = 0
      setView({ top: element.scrollTop, height: element.clientHeight })
    }
    const soon = (): void => {
      if (waiting === 0) waiting = requestAnimationFrame(look)
    }
    look()
    const resized = new ResizeObserver(soon)
    resized.observe(element)
    element.addEventListener('scroll', soon, { passive: true })
    return () => {
      cancelAnimationFrame(waiting)
      resized.disconnect()
      element.removeEventListener('scroll', soon)
    }
  }, [scroller])
  return view
}

function bringIntoView(element: HTMLElement, { column, row }: PlacedNode, sizes: ChainSizes): void {
  const [left, top] = [leftOf(column, sizes), topOf(row, sizes)]
  const { scrollLeft, scrollTop, clientWidth, clientHeight } = element
  const { nodeWidth, nodeHeight, margin } = sizes
  if (top - margin < scrollTop) element.scrollTop = top - margin
  else if (top + nodeHeight + margin > scrollTop + clientHeight) {
    element.scrollTop = top + nodeHeight + margin - clientHeight
  }
  if (left - margin < scrollLeft) element.scrollLeft = left - margin
  else if (left + nodeWidth + margin > scrollLeft + clientWidth) {
    element.scrollLeft = left + nodeWidth + margin - clientWidth
  }
}
