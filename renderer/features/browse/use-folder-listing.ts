import { useCallback, useEffect, useState } from 'react'
import type { FolderEntry } from '../../../ipc/schemas/app.ts'
import type { ErrorData } from '../../../ipc/schemas/error.ts'
import { host } from '../../host.ts'
import { errorDataOf } from '../../state/report-error.ts'

export type FolderListing =
  | { readonly kind: 'loading' }
  | { readonly kind: 'failed'; readonly error: ErrorData }
  | {
      readonly kind: 'ready'
      /** Undefined at the top, where the host's own folders are. */
      readonly path: string | undefined
      readonly parent: string | undefined
      readonly entries: readonly FolderEntry[]
    }

export interface FolderBrowsing {
  readonly listing: FolderListing
  /** The folder that is shown; undefined at the top and while there is none. */
  readonly path: string | undefined
  /** Shows another folder; the top without a path. */
  readonly go: (path: string | undefined) => void
}

/** Walks the host's folders, one at a time. */
export function useFolderListing(): FolderBrowsing {
  const [listing, setListing] = useState<FolderListing>({ kind: 'loading' })
  const go = useCallback((path: string | undefined): void => {
    host()
      .api['files.browse'](path === undefined ? {} : { path })
      .then((answer) =>
        setListing({
          kind: 'ready',
          path: answer.path,
          parent: answer.parent,
          entries: answer.entries,
        }),
      )
      .catch((thrown: unknown) => setListing({ kind: 'failed', error: errorDataOf(thrown) }))
  }, [])
  useEffect(() => go(undefined), [go])
  return { listing, path: listing.kind === 'ready' ? listing.path : undefined, go }
}
