/**
 * Told what becomes of host clusters, in runs of neighbours and synchronously: the tables are as the call
 * says when it comes. Nothing that it does may change tables.
 */
export interface TableObserver {
  /** Given out by the allocator: counted once, and referred to by nothing yet. */
  reserved(first: number, clusters: number): void
  /** Counted once more before anything refers to them once more (packed data that shares a cluster). */
  countRaised(cluster: number): void
  /** Something refers to them now; they may have been referred to before. */
  linked(first: number, clusters: number): void
  /** A reservation was given back; its counts are lowered already. */
  unreserved(first: number, clusters: number): void
  /** One reference to each is gone from the tables in memory; its count is not lowered yet. */
  unreferenced(first: number, clusters: number): void
  /** For one `unreferenced` each, the count is lowered: no table of the file has the reference any more. */
  released(first: number, clusters: number): void
  /** The file ends before cluster `end` now. */
  cut(end: number): void
  /** A flush begins. What it gives is called when all that was written before is durable. */
  flushing(): () => void
  /** A commit is done: what the tables say in memory, the file says. */
  committed(): void

  /** One to `clusters` free neighbours that are known to hold zeroes, durably; undefined without any. */
  zeroed(clusters: number): { readonly first: number; readonly clusters: number } | undefined
}
