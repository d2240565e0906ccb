const none = Buffer.alloc(64 * 1024)

/** Whether every byte is 0, compared natively. */
export function isAllZero(bytes: Uint8Array): boolean {
  for (let at = 0; at < bytes.length; at += none.length) {
    const piece = bytes.subarray(at, at + none.length)
    if (Buffer.compare(piece, none.subarray(0, piece.length)) !== 0) return false
  }
  return true
}

/** The number of bytes up to and with the last that is not 0; 0 when all are. */
export function lengthWithoutZeroes(bytes: Uint8Array): number {
  const step = 4096
  for (let end = bytes.length; end > 0;) {
    const start = Math.max(end - step, 0)
    if (!isAllZero(bytes.subarray(start, end))) {
      while (bytes[end - 1] === 0) end--
      return end
    }
    end = start
  }
  return 0
}
