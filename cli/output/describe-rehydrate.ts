import { formatBytes, type RehydrateResult } from '../../core/index.ts'
import type { TextLayout } from '../images/change-images.ts'
import type { RehydrateJson } from '../schemas/dehydrate-json.ts'
import { formatFacts, type Fact } from '../terminal/facts.ts'
import { printable } from '../terminal/printable.ts'
import { exactBytes } from './exact-bytes.ts'
import type { FinishedChange } from './record-change.ts'

/** The image that was made, and what its maker knew of it. */
export function describeRehydrate(
  target: string,
  { imageBytes, metadataBytes, allocatedBytes, replaced, ...said }: RehydrateResult,
  { paint }: TextLayout,
): string {
  const facts: Fact[] = [
    ['Length', exactBytes(imageBytes)],
    ['Metadata', exactBytes(metadataBytes)],
    ['On disk', allocatedBytes === undefined ? 'not known' : formatBytes(allocatedBytes)],
  ]
  const lines = [
    `${paint(printable(target), 'strong')}: image ${replaced ? 'replaced' : 'made'}; it has no guest data`,
    formatFacts(facts, paint),
  ]
  if (said.judgedTheSame === false) {
    lines.push(
      'A check judges it otherwise than the image it was made of: parts had to be left out.',
    )
  }
  if (said.live === true) lines.push('The image was being written while it was dehydrated.')
  if (said.anonymized === true) lines.push('The names in it were replaced.')
  return lines.join('\n')
}

export const rehydrateJsonOf = (
  filename: string,
  target: string,
  { imageBytes, metadataBytes, allocatedBytes, replaced, ...said }: RehydrateResult,
): RehydrateJson => ({
  version: 1,
  filename,
  target: {
    filename: target,
    replaced,
    fileLength: imageBytes,
    ...(allocatedBytes === undefined ? {} : { allocatedBytes }),
  },
  metadataBytes,
  ...(said.judgedTheSame === undefined ? {} : { judgedTheSame: said.judgedTheSame }),
  ...(said.anonymized === undefined ? {} : { anonymized: said.anonymized }),
  ...(said.live === undefined ? {} : { live: said.live }),
})

/** What the history keeps of it. */
export const tellOfRehydrate = ({
  imageBytes,
  metadataBytes,
}: RehydrateResult): FinishedChange => ({
  summary: `image of ${formatBytes(imageBytes)} made of its metadata`,
  facts: [{ label: 'Metadata', bytes: metadataBytes }],
})
