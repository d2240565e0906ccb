/**
 * Which image has which as its backing file, kept by path: a parent that comes later, moves or goes finds its
 * children at once, whatever the size of the library.
 */
export class Families {
  readonly #parentPaths = new Map<number, string>()
  readonly #children = new Map<string, Set<number>>()

  parentPathOf(id: number): string | undefined {
    return this.#parentPaths.get(id)
  }

  /** Ids of the images that name the file at this path. */
  childrenAt(path: string): ReadonlySet<number> {
    return this.#children.get(path) ?? noChildren
  }

  set(id: number, parentPath: string | undefined): void {
    const before = this.#parentPaths.get(id)
    if (before === parentPath) return
    if (before !== undefined) {
      const children = this.#children.get(before)
      children?.delete(id)
      if (children?.size === 0) this.#children.delete(before)
    }
    if (parentPath === undefined) {
      this.#parentPaths.delete(id)
      return
    }
    this.#parentPaths.set(id, parentPath)
    const children = this.#children.get(parentPath)
    if (children === undefined) this.#children.set(parentPath, new Set([id]))
    else children.add(id)
  }
}

const noChildren: ReadonlySet<number> = new Set()
