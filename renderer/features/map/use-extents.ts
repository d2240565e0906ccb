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

const nothing: Extents = { extents: [], nextFrom: undefined, loading: true, error: undefined }

/**
 * The map as a list from a guest offset on, page by page: `loadMore` asks for the next one. Starts
 * anew when the image, its version or the offset changes.
 */
export function useExtents(
  imageId: number,
  version: string,
  from: number,
): Extents & { readonly loadMore: () => void } {
  const [state, setState] = useState<Extents>(nothing)
  const [wanted, setWanted] = useState(from)

  useEffect(() => {
    setState(nothing)
    setWanted(from)
  }, [imageId, version, from])

  const load = useEffectEvent((signal: AbortSignal) => {
    host()
      .api['images.extents']({ imageId, from: wanted, limit: pageLength }, { signal })
      .then(({ extents, nextFrom }) => {
        if (signal.aborted) return
        setState((old) => ({
          extents: wanted === from ? extents : [...old.extents, ...extents],
          nextFrom,
          loading: false,
          error: undefined,
        }))
      })
      .catch((thrown: unknown) => {
        if (!signal.aborted) {
          setState((old) => ({ ...old, loading: false, error: errorDataOf(thrown) }))
        }
      })
  })
  useEffect(() => {
    const stop = new AbortController()
    setState((old) => ({ ...old, loading: true }))
    load(stop.signal)
    return () => stop.abort()
  }, [imageId, version, from, wanted])

  const { nextFrom, loading } = state
  const loadMore = (): void => {
    if (!loading && nextFrom !== undefined) setWanted(nextFrom)
  }
  return { ...state, loadMore }
}
