import { formatBytes, type DecodeResult } from '../../core/index.ts'
import type { TextLayout } from '../images/change-images.ts'
import type { DecodeJson } from '../schemas/decode-json.ts'
import { formatFacts, type Fact } from '../terminal/facts.ts'
import { printable } from '../terminal/printable.ts'
import { exactBytes } from './exact-bytes.ts'
import type { FinishedChange } from './record-change.ts'

/** The raw file that was made. */
export function describeDecode(
  target: string,
  { virtualSize, bytesRead, bytesWritten, target: made }: DecodeResult,
  { paint }: TextLayout,
): string {
  const facts: Fact[] = [
    ['Virtual size', exactBytes(virtualSize)],
    ['Not zero', exactBytes(bytesWritten)],
    [
      'On disk',
      made?.allocatedBytes === undefined ? 'not known' : formatBytes(made.allocatedBytes),
    ],
    ['Read', exactBytes(bytesRead)],
  ]
  const what = made?.replaced === true ? 'replaced' : 'made'
  return `${paint(printable(target), 'strong')}: raw file ${what}\n${formatFacts(facts, paint)}`
}

export const decodeJsonOf = (
  filename: string,
  target: string,
  { virtualSize, bytesRead, bytesWritten, target: made }: DecodeResult,
): DecodeJson => ({
  version: 1,
  filename,
  virtualSize,
  bytesRead,
  bytesWritten,
  target: {
    filename: target,
    replaced: made?.replaced ?? false,
    fileLength: made?.fileLength ?? virtualSize,
    ...(made?.allocatedBytes === undefined ? {} : { allocatedBytes: made.allocatedBytes }),
  },
})

/** What the history keeps of it. */
export const tellOfDecode = ({
  virtualSize,
  bytesWritten,
  target,
}: DecodeResult): FinishedChange => ({
  summary:
    target === undefined
      ? `${formatBytes(virtualSize)} written to standard output`
      : `raw file of ${formatBytes(virtualSize)} made`,
  facts: [
    { label: 'Virtual size', bytes: virtualSize },
    { label: 'Not zero', bytes: bytesWritten },
    ...(target === undefined ? [] : [{ label: 'File', text: target.path }]),
  ],
})
