import { create } from 'zustand'
import type { ErrorData } from '../../ipc/schemas/error.ts'
import type { BatchWork } from '../features/batch/batch-work.ts'

/** The one dialog that is open over the page. */
export type Sheet =
  | { readonly kind: 'palette' }
  | { readonly kind: 'shortcuts' }
  | { readonly kind: 'settings' }
  | { readonly kind: 'about' }
  | { readonly kind: 'browse'; readonly purpose: 'folder' | 'image' }
  /** `check`: as soon as they are read, unless the person says otherwise. */
  | { readonly kind: 'add-folders'; readonly paths: readonly string[]; readonly check?: boolean }
  | { readonly kind: 'trust-links' | 'treat-as-raw'; readonly imageId: number }
  | { readonly kind: 'remove-images'; readonly imageIds: readonly number[] }
  | { readonly kind: 'remove-folder'; readonly folderId: number }
  /** `subject`: what it is about, as it stands in the title. */
  | {
      readonly kind: 'batch'
      readonly work: BatchWork
      readonly subject: string
      readonly imageIds: readonly number[]
    }
  | { readonly kind: 'hash'; readonly imageId: number }
  | { readonly kind: 'take-snapshot'; readonly imageId: number }
  | {
      readonly kind: 'apply-snapshot' | 'delete-snapshot' | 'rename-snapshot'
      readonly imageId: number
      readonly snapshotId: string
    }
  | { readonly kind: 'repair' | 'relink'; readonly imageId: number }
  /** `name`: the new one, as far as it was written elsewhere. */
  | { readonly kind: 'rename'; readonly imageId: number; readonly name?: string }
  | { readonly kind: 'trash' | 'move'; readonly imageIds: readonly number[] }
  | { readonly kind: 'undo'; readonly imageId: number; readonly jobId: string }
  | { readonly kind: 'undo-batch'; readonly batchId: string }
  | { readonly kind: 'resize'; readonly imageId: number }
  | { readonly kind: 'locate'; readonly imageId: number }
  | { readonly kind: 'compact'; readonly imageId: number }
  /** `base`: the image that the new one is an overlay of. */
  | { readonly kind: 'new-image'; readonly base?: number }
  | { readonly kind: 'job-log'; readonly jobId: string }
  | { readonly kind: 'weekly-check'; readonly folderId: number }
  | { readonly kind: 'error'; readonly error: ErrorData }

export const useSheet = create<{ readonly sheet: Sheet | undefined }>(() => ({ sheet: undefined }))

export function openSheet(sheet: Sheet): void {
  useSheet.setState({ sheet })
}

export function closeSheet(): void {
  useSheet.setState({ sheet: undefined })
}
