import { useId, useRef, useState, type DragEvent } from 'react'
import { counted } from '../../format/counts.ts'
import { reportError } from '../../state/report-error.ts'
import { toast } from '../../state/toasts.ts'
import { unreachable } from '../../unreachable.ts'
import { Button } from '../../ui/button.tsx'
import { clsx } from '../../ui/clsx.ts'
import { Icon } from '../../ui/icon.tsx'
import { algorithmWords } from '../jobs/job-words.ts'
import { readChecksumFile } from './checksum-file.ts'
import { compareDigest, type Comparison, type Computed } from './compare-digest.ts'
import { hashTexts } from './hash-texts.ts'

/** A field for a checksum from elsewhere, typed, pasted, opened or dropped, and a large answer. */
export function DigestComparison({ computed }: { readonly computed: Computed }) {
  const id = useId()
  const [text, setText] = useState('')
  const [fileName, setFileName] = useState<string>()
  const [over, setOver] = useState(false)
  const picker = useRef<HTMLInputElement>(null)
  const words = hashTexts()
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
  const { answers } = hashTexts()
  switch (comparison.kind) {
    case 'empty':
      return undefined
    case 'match':
      return { tone: 'good', icon: 'check-circle', ...answers.match } as const
    case 'different': {
      const { title, detail } = answers.different
      return {
        tone: 'bad',
        icon: 'cross-circle',
        title,
        detail: detail(comparison.expected.slice(0, 16), digest.slice(0, 16)),
      } as const
    }
    case 'not-in-list': {
      const { title, detail } = answers.notInList
      return {
        tone: 'bad',
        icon: 'cross-circle',
        title,
        detail: detail(counted(comparison.count, 'checksum')),
      } as const
    }
    case 'other-algorithm': {
      const { title, detail } = answers.otherAlgorithm
      return {
        tone: 'neutral',
        icon: 'info',
        title,
        detail: detail(comparison.names, name),
      } as const
    }
    case 'no-digest': {
      const { title, detail } = answers.noDigest
      return {
        tone: 'neutral',
        icon: 'info',
        title,
        detail: detail(name, counted(digest.length, 'digit')),
      } as const
    }
    default:
      return unreachable(comparison)
  }
}
