import type { LaunchRequest } from './launch-request.ts'

/**
 * Explorer starts the program once for each of the files that were chosen: what comes within this time with the same
 * action is one wish, which opens one dialog. In milliseconds.
 */
const gatherTime = 300

/** Requests of one action become one; the others stay as they are, in their order. */
export function mergeRequests(requests: readonly LaunchRequest[]): readonly LaunchRequest[] {
  const merged: LaunchRequest[] = []
  for (const request of requests) {
    const { action, paths } = request
    const before = merged.at(-1)
    if (action !== undefined && before?.action === action && before.command === undefined) {
      merged[merged.length - 1] = { ...before, paths: [...before.paths, ...paths] }
    } else merged.push(request)
  }
  return merged
}

/** Holds requests with an action for a moment, for more of the same to come. */
export class RequestGatherer {
  readonly #open: (request: LaunchRequest) => void
  #waiting: readonly LaunchRequest[] = []
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(open: (request: LaunchRequest) => void) {
    this.#open = open
  }

  add(request: LaunchRequest): void {
    if (request.action === undefined && this.#waiting.length === 0) {
      this.#open(request)
      return
    }
    this.#waiting = [...this.#waiting, request]
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.#flush(), gatherTime)
  }

  #flush(): void {
    const waiting = mergeRequests(this.#waiting)
    this.#waiting = []
    for (const request of waiting) this.#open(request)
  }
}
