import { expect, test } from 'vitest'
import { usedByOthers, withOurName } from '../../../../main/images/own-holds.ts'

const ours = { pid: process.pid, name: 'MainThread', vm: undefined }
const theirs = { pid: process.ppid, name: 'qemu-system-x86_64', vm: 'web01' }

test('a row does not warn of ourselves', () => {
  expect(usedByOthers({ state: 'writing', holders: [ours], locking: 'lock-bytes' })).toEqual({
    state: 'free',
    holders: [],
    locking: 'lock-bytes',
  })
})

test('a row names the others that read beside us', () => {
  expect(usedByOthers({ state: 'reading', holders: [ours, theirs] })).toEqual({
    state: 'reading',
    holders: [theirs],
  })
})

test.each([
  { state: 'free', holders: [] },
  { state: 'writing', holders: [theirs] },
  { state: 'writing', holders: [] },
] as const)('what others do stays as it is: $state', (use) => {
  expect(usedByOthers(use)).toBe(use)
})

test('a plan calls us by our name', () => {
  const { holders } = withOurName({ state: 'reading', holders: [ours, theirs] })
  expect(holders.map(({ name }) => name)).toEqual(['Platter', theirs.name])
})
