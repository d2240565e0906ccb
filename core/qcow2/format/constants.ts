/** `QFI\xfb`, the first four bytes of every qcow2 file. */
export const QCOW2_MAGIC = 0x514649fb

/** Bytes of a version 2 header. qcow2 specification, "Header". */
export const V2_HEADER_LENGTH = 72
/** The least a version 3 header may have: all fields up to and with header_length. */
export const V3_MIN_HEADER_LENGTH = 104
/** What QEMU writes: all fields up to compression_type, padded to a multiple of 8. */
export const V3_HEADER_LENGTH = 112

/** Cluster sizes of 512 bytes to 2 MiB. QEMU: MIN_CLUSTER_BITS, MAX_CLUSTER_BITS. */
export const MIN_CLUSTER_BITS = 9
export const MAX_CLUSTER_BITS = 21

/** Refcounts are 2^order bits wide, 64 at most. Version 2 has 16. */
export const MAX_REFCOUNT_ORDER = 6
export const V2_REFCOUNT_ORDER = 4

/**
 * Limits against headers that ask for more memory than any real image needs. All are QEMU's own
 * (block/qcow2.h), so an image QEMU opens is never refused for its size.
 */
export const limits = {
  /** Bytes: 4 Mi entries. */
  l1Table: 32 * 1024 * 1024,
  /** Bytes. */
  refcountTable: 8 * 1024 * 1024,
  snapshots: 65_536,
  /** Bytes. */
  snapshotTable: 64 * 1024 * 1024,
  /** Bytes in one snapshot table entry. */
  snapshotExtraData: 1024,
  bitmaps: 65_535,
  /** Bytes. */
  bitmapDirectory: 65_535 * 1024,
  bitmapTableEntries: 0x800_0000,
  /** Bytes of bits that one bitmap's table may stand for. */
  bitmapPayload: 512 * 1024 * 1024,
  bitmapName: 1023,
  backingName: 1023,
  /** Bytes, including the NUL that QEMU adds. */
  backingFormat: 16,
} as const

/** A sector: what the compressed cluster descriptor and the guest size are counted in. */
export const SECTOR = 512

/** Subclusters of an extended L2 entry. */
export const SUBCLUSTERS = 32

export const L1_ENTRY_BYTES = 8
export const REFCOUNT_TABLE_ENTRY_BYTES = 8
