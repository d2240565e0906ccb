/**
 * Where bytes go that are told once, in order: a pipe, standard output. A write resolves when the sink has
 * room for more, and throws when nobody takes them any more; `bytes` must not change until then.
 */
export interface ByteSink {
  write(bytes: Uint8Array): Promise<void>
}

const zeroes = new Uint8Array(1024 * 1024)

/** Writes zeroes from one shared buffer. */
export async function writeZeroes(sink: ByteSink, length: number): Promise<void> {
  for (let done = 0; done < length;) {
    const piece = zeroes.subarray(0, Math.min(zeroes.length, length - done))
    await sink.write(piece)
    done += piece.length
  }
}
