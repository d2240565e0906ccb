import { useEffect, useEffectEvent, useState } from 'react'
import type { ErrorData } from '../../../ipc/schemas/error.ts'
import type { MapExtent } from '../../../ipc/schemas/image.ts'
import { host } from '../../host.ts'
import { errorDataOf } from '../../state/report-error.ts'

const pageLength = 500

export interface Extents {
  readonly extents: readonly MapExtent[]
  /** Where the next page begins; undefined at the end of the disk. */
  readonly nextFrom: number | undefined
  readonly loading: boolean
  readonly error: ErrorData | undefined
}

interface Held extends Extents {
  /** What the extents are of; those of another subject are not shown. */
  readonly subject: string
}

/**
 * The map as a list from a guest offset on, page by page: `loadMore` asks for the next one. Starts
 * anew when the image, its version or the offset changes.
 */
export function useExtents(
  imageId: number,
  version: string,
  from: number,
): Extents & { readonly loadMore: () => void } {
  const subject = `${imageId}/${version}/${from}`
  const nothing: Held = {
    subject,
    extents: [],
    nextFrom: undefined,
    loading: true,
    error: undefined,
  }
  const [held, setHeld] = useState(nothing)
  const current = held.subject === subject ? held : nothing

  const load = (start: number, known: readonly MapExtent[], signal?: AbortSignal): void => {
    const hold = (change: Partial<Held>): void => {
      if (signal?.aborted) return
      setHeld((old) =>
        // An answer for what is no longer shown, or a page that has come already.
        start !== from && (old.subject !== subject || old.nextFrom !== start)
          ? old
          : { ...nothing, extents: known, nextFrom: undefined, loading: false, ...change },
      )
    }
    host()
      .api['images.extents'](
        { imageId, from: start, limit: pageLength },
        signal === undefined ? {} : { signal },
      )
      .then(({ extents, nextFrom }) => hold({ extents: [...known, ...extents], nextFrom }))
      .catch((thrown: unknown) => hold({ error: errorDataOf(thrown) }))
  }
  const start = useEffectEvent((signal: AbortSignal) => load(from, [], signal))
  useEffect(() => {
    const stop = new AbortController()
    if (subject !== '') start(stop.signal)
    return () => stop.abort()
  }, [subject])

  const { extents, nextFrom, loading } = current
  const loadMore = (): void => {
    if (loading || nextFrom === undefined) return
    setHeld({ ...current, loading: true })
    load(nextFrom, extents)
  }
  return { ...current, loadMore }
}
