import { expect, test } from 'vitest'
import { autoMode } from '../../../../core/operations/compact-auto.ts'
import type { CompactMode, ModePlan } from '../../../../core/operations/compact-plan.ts'

const mebibyte = 2 ** 20
const before = { fileLength: 100 * mebibyte, allocatedBytes: 100 * mebibyte }

const mode = (change: Partial<ModePlan> = {}): ModePlan => ({
  allowed: true,
  refusals: [],
  after: { fileLength: 60 * mebibyte, allocatedBytes: 60 * mebibyte },
  isExact: true,
  moved: { clusters: 40, bytes: 40 * mebibyte },
  temporaryBytes: 0,
  work: { readBytes: 0, writtenBytes: 0 },
  estimatedSeconds: 1,
  gains: true,
  notes: [],
  ...change,
})

const picked = (
  modes: Partial<Record<CompactMode, ModePlan>>,
  facts: { readonly format?: 'qcow2' | 'raw'; readonly hasDataFile?: boolean } = {},
) => {
  const all = { 'in-place': mode(), punch: mode(), rewrite: mode(), zeroes: mode(), ...modes }
  return autoMode(all, { format: 'qcow2', hasDataFile: false, before, ...facts })
}

const refused = mode({ allowed: false })
const nothing = mode({ gains: false })

test('a file that can get shorter in place does', () => {
  expect(picked({})).toEqual({ mode: 'in-place', because: 'shorter-file-in-place' })
  expect(picked({ punch: refused })?.mode).toBe('in-place')
})

test('what would copy more than eight times what it gains becomes holes instead', () => {
  const dear = mode({
    after: { fileLength: 99 * mebibyte, allocatedBytes: undefined },
    moved: { clusters: 9, bytes: 9 * mebibyte },
  })
  expect(picked({ 'in-place': dear })).toEqual({
    mode: 'punch',
    because: 'moving-costs-more-than-it-gains',
  })
  const eight = mode({ ...dear, moved: { clusters: 8, bytes: 8 * mebibyte } })
  expect(picked({ 'in-place': eight })?.mode).toBe('in-place')
  expect(picked({ 'in-place': dear, punch: refused })?.mode).toBe('in-place')
})

test('raw images and data files have only holes to give', () => {
  expect(picked({ 'in-place': refused }, { format: 'raw' })).toEqual({
    mode: 'punch',
    because: 'raw-has-only-holes',
  })
  expect(picked({}, { hasDataFile: true })).toEqual({
    mode: 'punch',
    because: 'data-file-cannot-move',
  })
  expect(picked({ punch: nothing }, { hasDataFile: true })?.mode).toBe('in-place')
})

test('where moving is refused or gains nothing, holes do', () => {
  const holes = { mode: 'punch', because: 'only-holes-to-give' }
  expect(picked({ 'in-place': refused })).toEqual(holes)
  expect(picked({ 'in-place': nothing })).toEqual(holes)
})

test('nothing is picked where nothing is gained, and rewriting never is', () => {
  expect(picked({ 'in-place': nothing, punch: nothing })).toBeUndefined()
  expect(picked({ 'in-place': refused, punch: refused })).toBeUndefined()
  expect(picked({ punch: nothing }, { format: 'raw' })).toBeUndefined()
})
