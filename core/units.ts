/**
 * Guest and host positions must never be mixed up. Where a mapping leads from one to the other, the host
 * side is a branded type: it costs nothing at run time and makes "guest offset where a host offset
 * belongs" a compile error.
 *
 * All offsets and sizes are bytes in safe integers (up to 2^53 - 1). Bitwise operators work on 32 bits
 * only and must never touch one of these; use core/base/bits.ts.
 */
declare const unit: unique symbol
type Unit<Name extends string> = number & { readonly [unit]: Name }

/** A byte position in the image file (or in its external data file). */
export type HostOffset = Unit<'HostOffset'>

export const hostOffset = (bytes: number): HostOffset => bytes as HostOffset
