import type { ImageErrorData } from '../../core/index.ts'

export type ToWorker =
  | {
      readonly type: 'start'
      readonly id: number
      readonly name: string
      readonly input: unknown
    }
  | { readonly type: 'cancel'; readonly id: number }
  | { readonly type: 'hold'; readonly id: number }
  | { readonly type: 'release'; readonly id: number }
  | { readonly type: 'ack'; readonly id: number }
  /** The thread is to end, whatever runs in it. */
  | { readonly type: 'end' }

export type FromWorker =
  | { readonly type: 'event'; readonly id: number; readonly value: unknown }
  /** It has come to a stand, as it was asked to. */
  | { readonly type: 'standing'; readonly id: number }
  | { readonly type: 'done'; readonly id: number; readonly value: unknown }
  | { readonly type: 'failed'; readonly id: number; readonly error: ImageErrorData }
