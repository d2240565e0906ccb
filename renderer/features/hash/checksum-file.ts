/** Half a million lines of SHA256SUMS; what is longer is no list of checksums. */
const longest = 64 * 2 ** 20

/** The text of a checksum file; undefined for what is too large to be one. */
export const readChecksumFile = async (file: File): Promise<string | undefined> =>
  file.size > longest ? undefined : await file.text()
