import type { Job } from '../../../ipc/schemas/job.ts'
import { copyText } from '../../state/copy-text.ts'
import { Button } from '../../ui/button.tsx'
import { algorithmWords } from '../jobs/job-words.ts'
import { batchTexts } from './batch-texts.ts'

/** The whole checksum, to be read and copied; nothing of a job that computed none. */
export function DigestFact({ job: { result } }: { readonly job: Job }) {
  const words = batchTexts().page
  if (result?.kind !== 'hash') return null
  const { algorithm, digest } = result.hash
  return (
    <div className="batch-digest">
      <code className="selectable" aria-label={algorithmWords[algorithm]}>
        {digest}
      </code>
      <Button icon="copy" onClick={() => copyText(digest, words.digestCopied)}>
        {words.copyDigest}
      </Button>
    </div>
  )
}
