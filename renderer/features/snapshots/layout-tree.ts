/** Where the nodes of a tree are drawn: parents centred above their children, subtrees as close as they fit. */
export interface TreeNode {
  readonly id: string
  /** Absent, or not among the nodes: it has none. */
  readonly parentId?: string | undefined
}

export interface PlacedNode<Node extends TreeNode> {
  readonly node: Node
  /** In widths of a node, from the left edge of the leftmost one. */
  readonly x: number
  /** Rows from the top. */
  readonly depth: number
  readonly parent: Node | undefined
  readonly children: readonly Node[]
}

/** The left and right edge of a subtree, row by row, relative to its root. */
interface Shape {
  readonly left: readonly number[]
  readonly right: readonly number[]
  /** Of each node below and at the root, relative to it. */
  readonly places: ReadonlyMap<string, number>
}

/**
 * In the order of `nodes`, row by row. Nodes whose parents form a circle, which only a damaged record says, are drawn
 * as if they had none.
 */
export function layoutTree<Node extends TreeNode>(
  nodes: readonly Node[],
): readonly PlacedNode<Node>[] {
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const parents = new Map(nodes.map((node) => [node.id, parentOf(node, byId)]))
  const families = Map.groupBy(nodes, ({ id }) => parents.get(id))
  const childrenOf = (node: Node | undefined): readonly Node[] => families.get(node) ?? []
  const shapes = childrenOf(undefined).map((root) => shapeOf(root, childrenOf))
  const forest = besideEachOther(shapes)
  const least = Math.min(0, ...forest.left)
  return nodes.map((node) => ({
    node,
    x: (forest.places.get(node.id) ?? 0) - least,
    depth: depthOf(node, parents),
    parent: parents.get(node.id),
    children: childrenOf(node),
  }))
}

function parentOf<Node extends TreeNode>(
  node: Node,
  byId: ReadonlyMap<string, Node>,
): Node | undefined {
  const seen = new Set([node.id])
  for (let above = node.parentId; above !== undefined; above = byId.get(above)?.parentId) {
    if (seen.has(above)) return undefined
    seen.add(above)
  }
  return node.parentId === undefined ? undefined : byId.get(node.parentId)
}

function depthOf<Node extends TreeNode>(
  node: Node,
  parents: ReadonlyMap<string, Node | undefined>,
): number {
  let depth = 0
  for (let above = parents.get(node.id); above !== undefined; above = parents.get(above.id)) {
    depth += 1
  }
  return depth
}

function shapeOf<Node extends TreeNode>(
  root: Node,
  childrenOf: (node: Node) => readonly Node[],
): Shape {
  const below = besideEachOther(childrenOf(root).map((child) => shapeOf(child, childrenOf)))
  return {
    left: [0, ...below.left],
    right: [0, ...below.right],
    places: new Map([[root.id, 0], ...below.places]),
  }
}

/** Subtrees in a row, centred around 0: each as far to the left as it goes without touching one before it. */
function besideEachOther(shapes: readonly Shape[]): Shape {
  const left: number[] = []
  const right: number[] = []
  const offsets: number[] = []
  for (const shape of shapes) {
    const offset = Math.max(
      ...shape.left.map((edge, row) => (right[row] ?? Number.NEGATIVE_INFINITY) + 1 - edge),
      offsets.length === 0 ? 0 : Number.NEGATIVE_INFINITY,
    )
    offsets.push(offset)
    for (const [row, edge] of shape.left.entries()) left[row] ??= edge + offset
    for (const [row, edge] of shape.right.entries()) right[row] = edge + offset
  }
  const centre = ((offsets.at(0) ?? 0) + (offsets.at(-1) ?? 0)) / 2
  return {
    left: left.map((edge) => edge - centre),
    right: right.map((edge) => edge - centre),
    places: new Map(
      shapes.flatMap(({ places }, index) =>
        [...places].map(([id, x]): [string, number] => [id, x + (offsets[index] ?? 0) - centre]),
      ),
    ),
  }
}
