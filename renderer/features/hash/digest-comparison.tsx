import { useId, useRef, useState, type DragEvent } from 'react'
import { counted } from '../../format/counts.ts'
import { reportError } from '../../state/report-error.ts'
import { toast } from '../../state/toasts.ts'
import { texts } from '../../texts/texts.ts'
import { unreachable } from '../../unreachable.ts'
import { Button } from '../../ui/button.tsx'
import { clsx } from '../../ui/clsx.ts'
import { Icon } from '../../ui/icon.tsx'
import { algorithmWords } from '../jobs/job-words.ts'
import { readChecksumFile } from './checksum-file.ts'
import { compareDigest, type Comparison, type Computed } from './compare-digest.ts'

/** A field for a checksum from elsewhere, typed, pasted, opened or dropped, and a large answer. */
export function DigestComparison({ computed }: { readonly computed: Computed }) {
  const id = useId()
  const [text, setText] = useState('')
  const [fileName, setFileName] = useState<string>()
  const [over, setOver] = useState(false)
  const picker = useRef<HTMLInputElement>(null)
  const words = texts().hash
  const answer = wordsFor(compareDigest(text, computed), computed)
  const take = (file: File | undefined): void => {
    if (file === undefined) return
    readChecksumFile(file)
      .then((content) => {
        if (content === undefined) {
          toast({ title: words.tooLarge(file.name), tone: 'bad' })
          return
        }
        setText(content)
        setFileName(file.name)
      })
      .catch(reportError)
  }
  const onDragOver = (event: DragEvent): void => {
    if (!event.dataTransfer.types.includes('Files')) return
    // Without this the page would be replaced by the file.
    event.preventDefault()
    setOver(true)
  }
  const onDrop = (event: DragEvent): void => {
    event.preventDefault()
    setOver(false)
    take(event.dataTransfer.files[0])
  }
  return (
    <div
      className={clsx('hash-compare', over && 'hash-compare-over')}
      onDragOver={onDragOver}
      onDragLeave={() => setOver(false)}
      onDrop={onDrop}
    >
      <label htmlFor={id} className="field-label">
        {words.compare}
      </label>
      <textarea
        id={id}
        className="hash-input mono"
        rows={3}
        spellCheck={false}
        value={text}
        placeholder={over ? words.drop : words.placeholder}
        onChange={(event) => {
          setText(event.target.value)
          setFileName(undefined)
        }}
      />
      <div className="hash-file">
        <Button size="small" icon="file" onClick={() => picker.current?.click()}>
          {words.open}
        </Button>
        <span className="muted">
          {fileName === undefined ? words.dropHint : words.from(fileName)}
        </span>
        <input
          ref={picker}
          type="file"
          hidden
          aria-label={words.open}
          accept=".sha256,.sha512,.sha1,.sha256sum,.txt,text/plain"
          onChange={({ target }) => {
            take(target.files?.[0])
            // The same file can be chosen again.
            target.value = ''
          }}
        />
      </div>
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
