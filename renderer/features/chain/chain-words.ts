import { formatCount } from '../../format/counts.ts'
import type { Tone } from '../../ui/badge.tsx'
import type { ChainNode } from './chain-families.ts'
import { chainTexts } from './chain-texts.ts'

export interface NodeState {
  readonly word: string
  readonly tone: Tone
  /** What follows for the person's data. */
  readonly meaning: string
}

/** What is wrong with a node; undefined when nothing is. */
export function stateOf(node: ChainNode): NodeState | undefined {
  const { states, meanings } = chainTexts()
  if (node.kind === 'loose') {
    const tone = node.state === 'missing' ? 'bad' : node.state === 'untrusted' ? 'warn' : 'neutral'
    return { word: states[node.state], tone, meaning: meanings[node.state](node.name) }
  }
  if (node.inLoop) return { word: states.loop, tone: 'bad', meaning: meanings.loop }
  if (node.row.missingSince !== undefined) {
    return { word: states.missing, tone: 'bad', meaning: meanings.missing(node.name) }
  }
  const { backing, linksTrusted } = node.row
  return backing?.state === 'outside' && !linksTrusted
    ? { word: states.untrusted, tone: 'warn', meaning: meanings.untrusted(backing.name) }
    : undefined
}

/** All of the library, though only some of them may be drawn. */
export const childCountOf = (node: ChainNode): number =>
  Math.max(node.children.length, node.kind === 'image' ? node.row.childCount : 0)

/** "2 overlays", or that there are none. */
export function childrenWords(node: ChainNode): string {
  const { children: counted, noChildren } = chainTexts()
  const count = childCountOf(node)
  return count === 0 ? noChildren : counted(count, formatCount(count))
}

/** What the drawing says by lines and places, for screen readers: after the name and the note of a node. */
export function spokenPlace(node: ChainNode, parent: ChainNode | undefined): string {
  const { buildsOn, base } = chainTexts()
  return `, ${parent === undefined ? base : buildsOn(parent.name)}, ${childrenWords(node)}`
}
