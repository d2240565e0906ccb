/**
 * What is done beforehand for the new part of a disk, as QEMU names it: nothing, clusters in the tables,
 * also space promised by the host, also zeroes written.
 */
export const preallocations = ['off', 'metadata', 'falloc', 'full'] as const
export type Preallocation = (typeof preallocations)[number]
