/**
 * The numbers that must never be mixed up, as branded types: they cost nothing at run time and make
 * "guest offset where a host offset belongs" a compile error.
 *
 * All offsets and sizes are bytes in safe integers (up to 2^53 - 1). Bitwise operators work on 32 bits
 * only and must never touch one of these; use core/base/bits.ts.
 */
declare const unit: unique symbol
type Unit<Name extends string> = number & { readonly [unit]: Name }

/** A byte position on the virtual disk, as the guest sees it. */
export type GuestOffset = Unit<'GuestOffset'>
/** A byte position in the image file (or in its external data file). */
export type HostOffset = Unit<'HostOffset'>
/** An index of a cluster of the virtual disk: guest offset divided by the cluster size. */
export type GuestCluster = Unit<'GuestCluster'>
/** An index of a cluster of the image file: host offset divided by the cluster size. */
export type HostCluster = Unit<'HostCluster'>

export const guestOffset = (bytes: number): GuestOffset => bytes as GuestOffset
export const hostOffset = (bytes: number): HostOffset => bytes as HostOffset
export const guestCluster = (index: number): GuestCluster => index as GuestCluster
export const hostCluster = (index: number): HostCluster => index as HostCluster
