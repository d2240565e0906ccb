import { isBroken, type ChainNode } from './chain-families.ts'

export interface FamilyFilter {
  readonly text: string
  readonly onlyBroken: boolean
}

/** Whole families that have a member that fits: an image means little without what it builds on. */
export function findFamilies(
  roots: readonly ChainNode[],
  { text, onlyBroken }: FamilyFilter,
): readonly ChainNode[] {
  const wanted = text.trim().toLowerCase()
  if (wanted === '' && !onlyBroken) return roots
  return roots.filter((root) => {
    const isNamed = wanted === '' || someNode(root, (node) => pathOf(node).includes(wanted))
    return isNamed && (!onlyBroken || someNode(root, isBroken))
  })
}

function someNode(root: ChainNode, fits: (node: ChainNode) => boolean): boolean {
  const ahead: ChainNode[] = [root]
  for (let node = ahead.pop(); node !== undefined; node = ahead.pop()) {
    if (fits(node)) return true
    for (const child of node.children) ahead.push(child)
  }
  return false
}

const pathOf = (node: ChainNode): string =>
  (node.kind === 'image' ? node.row.path : (node.path ?? node.name)).toLowerCase()
