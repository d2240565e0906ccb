import { useId, useState } from 'react'
import { counted } from '../../format/counts.ts'
import { unreachable } from '../../unreachable.ts'
import { Icon } from '../../ui/icon.tsx'
import { algorithmWords } from '../jobs/job-words.ts'
import { compareDigest, type Comparison, type Computed } from './compare-digest.ts'

/** A field for a checksum from elsewhere, and a large answer. */
export function DigestComparison({ computed }: { readonly computed: Computed }) {
  const id = useId()
  const [text, setText] = useState('')
  const answer = wordsFor(compareDigest(text, computed), computed)
  return (
    <div className="hash-compare">
      <label htmlFor={id} className="field-label">
        Compare with
      </label>
      <textarea
        id={id}
        className="hash-input mono"
        rows={3}
        spellCheck={false}
        value={text}
        placeholder="Paste a checksum, a sha256sum line or a whole SHA256SUMS file"
        onChange={(event) => setText(event.target.value)}
      />
      <div role="status">
        {answer !== undefined && (
          <div className={`hash-answer hash-answer-${answer.tone}`}>
            <Icon name={answer.icon} size={24} />
            <div>
              <strong>{answer.title}</strong>
              <p>{answer.detail}</p>
            </div>
          </div>
        )}
      </div>
    </div>
  )
}

function wordsFor(comparison: Comparison, { algorithm, digest }: Computed) {
  const name = algorithmWords[algorithm]
  switch (comparison.kind) {
    case 'empty':
      return undefined
    case 'match':
      return {
        tone: 'good',
        icon: 'check-circle',
        title: 'Match',
        detail: 'Both are the same, digit by digit.',
      } as const
    case 'different':
      return {
        tone: 'bad',
        icon: 'cross-circle',
        title: 'Does not match',
        detail: `Expected ${comparison.expected.slice(0, 16)}…, computed ${digest.slice(0, 16)}…`,
      } as const
    case 'not-in-list':
      return {
        tone: 'bad',
        icon: 'cross-circle',
        title: 'Does not match',
        detail: `None of the ${counted(comparison.count, 'checksum')} in the list is the computed one.`,
      } as const
    case 'other-algorithm':
      return {
        tone: 'neutral',
        icon: 'info',
        title: 'Cannot be compared',
        detail: `This is ${comparison.names}; what was computed is ${name}. Choose the same algorithm.`,
      } as const
    case 'no-digest':
      return {
        tone: 'neutral',
        icon: 'info',
        title: 'Not a checksum',
        detail: `${name} has ${digest.length} digits from 0 to f. What was pasted does not hold any such number.`,
      } as const
    default:
      return unreachable(comparison)
  }
}
