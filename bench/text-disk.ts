import { open } from 'node:fs/promises'

const MIB = 1024 ** 2

/** A raw disk of lines that pack to about a third. */
export async function textDisk(file: string, bytes: number): Promise<void> {
  await using handle = await open(file, 'w')
  const piece = Buffer.alloc(MIB)
  for (let at = 0; at < bytes; at += piece.length) {
    for (let line = 0; line < piece.length; line += 64) {
      const number = Math.imul(at / 64 + line, 2_654_435_761) >>> 0
      piece.write(
        `${number.toString(36)} ${number} a line of a log file, ${line}\n`.padEnd(64),
        line,
      )
    }
    await handle.write(piece, 0, piece.length, at)
  }
}
