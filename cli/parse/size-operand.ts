import { UsageError } from '../usage-error.ts'
import { parseSize, parseSizeChange, type SizeChange } from './size.ts'

/**
 * A size that can be written as an operand or as `--size`: the same twice is no harm, two different ones
 * are a mistake that nobody should guess about. Throws UsageError.
 */
export function sizeOperand(
  operand: string | undefined,
  option: number | undefined,
): number | undefined {
  if (operand === undefined) return option
  const size = parseSize(operand)
  if (option !== undefined && option !== size) throw twoSizes(operand)
  return size
}

/** As `sizeOperand`, where a sign means a difference. */
export function sizeChangeOperand(
  operand: string | undefined,
  option: SizeChange | undefined,
): SizeChange | undefined {
  if (operand === undefined) return option
  const size = parseSizeChange(operand)
  if (option !== undefined && (option.kind !== size.kind || option.bytes !== size.bytes)) {
    throw twoSizes(operand)
  }
  return size
}

const twoSizes = (operand: string): UsageError =>
  new UsageError(`"${operand}" and --size are two different sizes: give one of them.`)
