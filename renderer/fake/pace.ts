/** How long made-up work takes: 1 as on a believable machine, 0 at once, a large number as good as never. */
let pace = 1

export function setPace(factor: number): void {
  pace = factor
}

/** What `ms` milliseconds of made-up work take. */
export const paced = (ms: number): number => ms * pace

export const moment = (ms: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, paced(ms)))
