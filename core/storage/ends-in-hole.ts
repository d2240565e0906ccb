import type { BlockFile } from './block-file.ts'

/** Whether the file is a hole from `at`, which lies before its end. */
export function endsInHole(file: BlockFile, at: number): boolean {
  const { kind, end } = file.hostRun(at)
  return kind === 'hole' && end >= file.size()
}
