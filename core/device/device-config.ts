/** How a device behaves; `device-config-text.ts` has its text form. */
export interface DeviceConfig {
  /** Label of its statistics. */
  readonly id: string
  /** Space that is freed goes back to the host (holes are punched). */
  readonly discard: boolean
  /** Bytes of clusters kept zeroed and ready for allocation; 0 for none. */
  readonly keepErased: number
  /** Compaction starts once so many bytes were unmapped; 0 for never. */
  readonly compactAfterUnmaps: number
  readonly checkOnOpen: boolean
  /** Compare what is in memory with what a walk finds, after every change. For tests. */
  readonly runtimeAsserts: boolean
  readonly readOnly: boolean
}
