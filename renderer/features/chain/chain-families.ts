import type { LibraryRow } from '../../../ipc/schemas/library.ts'

/** What a node stands for: an image of the library, or a name that leads to none. */
export type ChainNode = ImageNode | LooseEnd

interface NodeParts {
  readonly key: string
  readonly name: string
  readonly children: readonly ImageNode[]
}

export interface ImageNode extends NodeParts {
  readonly kind: 'image'
  readonly row: LibraryRow
  /** It comes back to itself: what it builds on builds on it. */
  readonly inLoop: boolean
}

/** A backing file that is not in the library, as its overlays name it. */
export interface LooseEnd extends NodeParts {
  readonly kind: 'loose'
  readonly state: 'missing' | 'outside' | 'untrusted' | 'no-file'
  /** Absolute, for names that are paths. */
  readonly path: string | undefined
}

export interface Families {
  /** Roots of all chains of more than one, and of broken ones; by name. */
  readonly roots: readonly ChainNode[]
  readonly images: number
  readonly broken: number
}

const collator = new Intl.Collator(undefined, { numeric: true, sensitivity: 'base' })
const byName = (a: { readonly name: string }, b: { readonly name: string }): number =>
  collator.compare(a.name, b.name)

/** Which images of the library build on which. One pass over the rows and one over those with relatives. */
export function chainFamilies(rows: ReadonlyMap<number, LibraryRow>): Families {
  const childRows = new Map<number, LibraryRow[]>()
  const loose = new Map<string, { readonly first: LibraryRow; readonly rows: LibraryRow[] }>()
  const roots: LibraryRow[] = []
  for (const row of rows.values()) {
    const parent = row.parentId === undefined ? undefined : rows.get(row.parentId)
    if (parent !== undefined) {
      const siblings = childRows.get(parent.id)
      if (siblings === undefined) childRows.set(parent.id, [row])
      else siblings.push(row)
    } else if (row.backing !== undefined) {
      const key = row.backing.target ?? row.backing.name
      const end = loose.get(key)
      if (end === undefined) loose.set(key, { first: row, rows: [row] })
      else end.rows.push(row)
    } else if (row.childCount > 0) {
      roots.push(row)
    }
  }
  const seen = new Set<number>()
  const imageNode = (row: LibraryRow): ImageNode => makeTree(row, childRows, seen)
  const nodes: ChainNode[] = roots.map(imageNode)
  for (const [key, end] of loose) {
    nodes.push({
      kind: 'loose',
      key: `name:${key}`,
      name: baseName(end.first.backing?.target ?? key),
      state: looseState(end.first),
      path: end.first.backing?.target,
      children: end.rows.map(imageNode).toSorted(byName),
    })
  }
  // What is left of the images with relatives goes round in circles; each circle is entered once.
  for (const siblings of childRows.values()) {
    for (const row of siblings)
      if (!seen.has(row.id)) nodes.push({ ...imageNode(row), inLoop: true })
  }
  return { roots: nodes.toSorted(byName), images: seen.size, broken: countBroken(nodes) }
}

/** Without recursion: a chain may be deeper than the stack, and a file can claim any. */
function makeTree(
  top: LibraryRow,
  childRows: ReadonlyMap<number, readonly LibraryRow[]>,
  seen: Set<number>,
): ImageNode {
  interface Draft extends ImageNode {
    readonly children: ImageNode[]
  }
  const draft = (row: LibraryRow): Draft => ({
    kind: 'image',
    key: `image:${row.id}`,
    name: row.name,
    row,
    inLoop: false,
    children: [],
  })
  seen.add(top.id)
  const root = draft(top)
  const ahead = [root]
  for (let node = ahead.pop(); node !== undefined; node = ahead.pop()) {
    for (const row of childRows.get(node.row.id) ?? []) {
      if (seen.has(row.id)) continue
      seen.add(row.id)
      const child = draft(row)
      node.children.push(child)
      ahead.push(child)
    }
    node.children.sort(byName)
  }
  return root
}

function looseState({ backing, linksTrusted }: LibraryRow): LooseEnd['state'] {
  if (backing?.state === 'missing') return 'missing'
  if (backing?.state === 'not-a-path') return 'no-file'
  return backing?.state === 'outside' && !linksTrusted ? 'untrusted' : 'outside'
}

/** A link that cannot be followed because nothing is there: to a name, or to a row whose file is missing. */
export const isBroken = (node: ChainNode): boolean =>
  node.kind === 'loose'
    ? node.state === 'missing'
    : node.inLoop || (node.row.missingSince !== undefined && node.children.length > 0)

function countBroken(roots: readonly ChainNode[]): number {
  let count = 0
  const ahead: ChainNode[] = [...roots]
  for (let node = ahead.pop(); node !== undefined; node = ahead.pop()) {
    if (isBroken(node)) count += Math.max(1, node.children.length)
    ahead.push(...node.children)
  }
  return count
}

const baseName = (path: string): string => path.split(/[\\/]/).at(-1) || path
