import type {
  DoneChange,
  ImageErrorData,
  Progress,
  RelocateResult,
  SettledRelocation,
  UndoChangePlan,
  UndoPlan,
} from '../../core/index.ts'
import type { KnownImage, Measured } from '../jobs/engine-host.ts'

/** What an image says of the files it needs; neither where it says nothing. */
export interface NamedBacking {
  readonly path: string
  readonly backing: { readonly name: string; readonly format?: string } | undefined
  /** The name of the file that holds its content instead of it; undefined: it does itself. */
  readonly dataFile: string | undefined
  /** Why its header could not be read. */
  readonly error: ImageErrorData | undefined
}

/** Another backing name for an image, as the change that would be taken back by it: `before` is what it gets. */
export interface Retelling {
  readonly path: string
  readonly change: Extract<DoneChange, { readonly kind: 'relink' }>
}

/** The image has its place; where its own backing name could not follow, it is still right. */
export interface Relocated extends RelocateResult {
  readonly ownNotTold: ImageErrorData | undefined
}

export interface SettledPlace {
  readonly end: SettledRelocation
  /** Overlays that name the old place, and could not be told of the new one. */
  readonly notTold: readonly ImageErrorData[]
}

/** What a worker does with the places of images and with what was done to them. */
export type PlaceTasks = {
  readonly backingNames: {
    readonly input: { readonly paths: readonly string[] }
    readonly output: readonly NamedBacking[]
    readonly event: never
  }
  readonly relocate: {
    readonly input: KnownImage & {
      readonly to: string
      /** Overlays that are told while both names lead to the file. */
      readonly overlays: readonly Retelling[]
      /** The image's own backing name: one that is right at both places comes before, one of the new place after. */
      readonly own: { readonly when: 'before' | 'after'; readonly retelling: Retelling } | undefined
    }
    readonly output: Relocated
    readonly event: Progress
  }
  /** Of a relocation that was killed half way, brought to its end; nothing is told twice. */
  readonly settlePlace: {
    readonly input: {
      readonly from: string
      readonly to: string
      /** What the file was under its old name. */
      readonly identity: string
      readonly length: number
      readonly overlays: readonly Retelling[]
      /** As of a relocation; only one that came before it. */
      readonly own: Retelling | undefined
    }
    readonly output: SettledPlace
    readonly event: Progress
  }
  readonly planUndoChange: {
    readonly input: KnownImage & { readonly change: DoneChange }
    readonly output: Measured<UndoChangePlan>
    readonly event: Progress
  }
  readonly undoChange: {
    readonly input: KnownImage & { readonly plan: UndoChangePlan }
    readonly output: Measured<void>
    readonly event: Progress
  }
  readonly planUndoRepair: {
    readonly input: KnownImage & { readonly safetyCopy: string }
    readonly output: Measured<UndoPlan>
    readonly event: Progress
  }
  readonly undoRepair: {
    readonly input: KnownImage & { readonly safetyCopy: string }
    readonly output: Measured<UndoPlan>
    readonly event: Progress
  }
}
