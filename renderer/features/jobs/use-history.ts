import { useEffect, useEffectEvent, useState } from 'react'
import type { ErrorData } from '../../../ipc/schemas/error.ts'
import type { Job, JobKind } from '../../../ipc/schemas/job.ts'
import { host } from '../../host.ts'
import { errorDataOf } from '../../state/report-error.ts'

const pageLength = 50

export interface HistoryQuestion {
  readonly imageId?: number
  /** Undefined: every kind. */
  readonly kind?: JobKind | undefined
  /** The first page is read again when it changes. */
  readonly version: string | number
}

export interface History {
  readonly jobs: readonly Job[]
  readonly loading: boolean
  readonly error: ErrorData | undefined
  /** There are older ones. */
  readonly hasMore: boolean
  readonly loadMore: () => void
}

interface Loaded {
  readonly jobs: readonly Job[]
  readonly next: string | undefined
  readonly loading: boolean
  readonly error: ErrorData | undefined
}

const start: Loaded = { jobs: [], next: undefined, loading: true, error: undefined }

/** Ended jobs, newest first, page by page. */
export function useHistory({ imageId, kind, version }: HistoryQuestion): History {
  const [state, setState] = useState(start)
  const load = useEffectEvent((before: string | undefined, signal: AbortSignal) => {
    host()
      .api['history.page'](
        {
          limit: pageLength,
          ...(imageId !== undefined && { imageId }),
          ...(kind !== undefined && { kinds: [kind] }),
          ...(before !== undefined && { before }),
        },
        { signal },
      )
      .then(({ jobs, nextBefore }) => {
        if (signal.aborted) return
        setState((old) => ({
          jobs: before === undefined ? jobs : [...old.jobs, ...jobs],
          next: nextBefore,
          loading: false,
          error: undefined,
        }))
      })
      .catch((thrown: unknown) => {
        if (signal.aborted) return
        setState((old) => ({ ...old, loading: false, error: errorDataOf(thrown) }))
      })
  })
  useEffect(() => setState(start), [imageId, kind])
  const [older, setOlder] = useState<string>()
  useEffect(() => {
    const stop = new AbortController()
    setOlder(undefined)
    load(undefined, stop.signal)
    return () => stop.abort()
  }, [imageId, kind, version])
  useEffect(() => {
    if (older === undefined) return undefined
    const stop = new AbortController()
    load(older, stop.signal)
    return () => stop.abort()
  }, [older])
  return {
    jobs: state.jobs,
    loading: state.loading,
    error: state.error,
    hasMore: state.next !== undefined,
    loadMore: () => {
      if (state.loading || state.next === undefined) return
      setState((old) => ({ ...old, loading: true }))
      setOlder(state.next)
    },
  }
}

/** The job before this one that asked the same of the same image, where it is on the page. */
export function earlierOf(jobs: readonly Job[], index: number): Job | undefined {
  const job = jobs[index]
  return jobs
    .slice(index + 1)
    .find(
      (other) =>
        other.imageId === job?.imageId &&
        other.request.kind === job.request.kind &&
        other.result !== undefined,
    )
}
