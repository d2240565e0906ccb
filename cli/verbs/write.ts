import {
  formatCount,
  formatPlural,
  type OperationContext,
  type WriteContentPlan,
  type WriteContentResult,
} from '../../core/index.ts'
import { contentFrom, wantedContent, type WriteWords } from '../input/new-content.ts'
import { changeImages } from '../images/change-images.ts'
import { recordChange } from '../output/record-change.ts'
import { offsetOf } from '../parse/disk-range.ts'
import type { WriteJson } from '../schemas/write-json.ts'
import type { RunVerb } from '../table/verb.ts'
import { printable } from '../terminal/printable.ts'
import { UsageError } from '../usage-error.ts'

/** What was written, or would be. */
type Written = WriteContentResult & Partial<Pick<WriteContentPlan, 'changes'>>

/** `platter write`: exactly the bytes that were asked for. */
export const write: RunVerb<WriteWords> = async ({ operands: [file = ''], options, host }) => {
  if (file === '-')
    throw new UsageError('write needs a file: an image cannot be changed in a pipe.')
  const at = offsetOf(options)
  const wanted = wantedContent(options)
  const work = async (path: string, context: OperationContext): Promise<Written> => {
    const content = wanted.kind === 'known' ? wanted.content : await contentFrom(wanted, path, host)
    const how = { ...context, format: options.format, links: options.links }
    return options.dryRun
      ? host.engine.planWriteContent(path, { at, content }, how)
      : host.engine.writeContent(path, { at, content }, how)
  }
  const record = recordChange({ host, options }, { kind: 'write', tell: tellOfWriting })
  return changeImages([file], { host, options }, { work, record, json: writeJson, text: inWords })
}

function inWords(path: string, { at, length, changes }: Written): string {
  const place = `at offset ${formatCount(at)} (0x${at.toString(16)})`
  const count = formatPlural(length, 'byte')
  if (changes === undefined) return `${printable(path)}: ${count} written ${place}`
  const would = `${printable(path)}: ${count} ${place} would be written`
  return `${would}, which changes ${formatPlural(changes, 'byte')}. Nothing was changed.`
}

const tellOfWriting = ({ at, length }: Written) => ({
  summary: `${formatPlural(length, 'byte')} written at offset ${formatCount(at)}`,
  facts: [
    { label: 'Offset', bytes: at },
    { label: 'Length', bytes: length },
  ],
})

const writeJson = (filename: string, { virtualSize, at, length, changes }: Written): WriteJson => ({
  version: 1,
  filename,
  virtualSize,
  offset: at,
  length,
  written: changes === undefined,
  ...(changes === undefined ? {} : { changes }),
})
