import { useEffect, useEffectEvent, useState } from 'react'
import type { ErrorData } from '../../../ipc/schemas/error.ts'
import type { Job, JobKind } from '../../../ipc/schemas/job.ts'
import { host } from '../../host.ts'
import { errorDataOf } from '../../state/report-error.ts'

const pageLength = 50

export interface HistoryQuestion {
  readonly imageId?: number
  /** Undefined: every kind. */
  readonly kinds?: readonly JobKind[] | undefined
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
  /** Whose jobs they are; those of another subject are not shown. */
  readonly subject: string
  readonly jobs: readonly Job[]
  readonly next: string | undefined
  readonly loading: boolean
  readonly error: ErrorData | undefined
}

/** Ended jobs, newest first, page by page. */
export function useHistory({ imageId, kinds, version }: HistoryQuestion): History {
  const subject = `${imageId ?? 'all'}/${kinds?.join() ?? 'all'}`
  const nothing: Loaded = { subject, jobs: [], next: undefined, loading: true, error: undefined }
  const [held, setHeld] = useState(nothing)
  const current = held.subject === subject ? held : nothing

  const ask = async (before: string | undefined, signal?: AbortSignal) =>
    await host().api['history.page'](
      {
        limit: pageLength,
        ...(imageId !== undefined && { imageId }),
        ...(kinds !== undefined && { kinds: [...kinds] }),
        ...(before !== undefined && { before }),
      },
      signal === undefined ? {} : { signal },
    )
  const loadNewest = useEffectEvent((signal: AbortSignal) => {
    ask(undefined, signal)
      .then(({ jobs, nextBefore: next }) => {
        if (signal.aborted) return
        setHeld({ subject, jobs, next, loading: false, error: undefined })
      })
      .catch((thrown: unknown) => {
        if (!signal.aborted) setHeld({ ...current, loading: false, error: errorDataOf(thrown) })
      })
  })
  // One name for both: another subject, or something new in the same one.
  const question = `${subject}/${version}`
  useEffect(() => {
    const stop = new AbortController()
    if (question !== '') loadNewest(stop.signal)
    return () => stop.abort()
  }, [question])

  const loadMore = (): void => {
    const { jobs: known, next: before } = current
    if (current.loading || before === undefined) return
    setHeld({ ...current, loading: true })
    ask(before)
      .then(({ jobs, nextBefore: next }) =>
        setHeld((old) =>
          // Meanwhile another subject was asked for, or the first page was read anew.
          old.subject === subject && old.next === before
            ? { subject, jobs: [...known, ...jobs], next, loading: false, error: undefined }
            : old,
        ),
      )
      .catch((thrown: unknown) =>
        setHeld({ ...current, loading: false, error: errorDataOf(thrown) }),
      )
  }
  const { jobs, next, loading, error } = current
  return { jobs, loading, error, hasMore: next !== undefined, loadMore }
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
