import { expect, test } from 'vitest'
import { tokenOf } from '../../../../main/plans/token.ts'

const request = { kind: 'resize', parameters: { size: 5, preallocation: 'off' } }
const basis = { stamp: { fileLength: 7, modifiedAt: 1.5 } }

test('a token is that of the same plan, whoever put its parts together', () => {
  const turned = { parameters: { preallocation: 'off', size: 5 }, kind: 'resize' }
  expect(tokenOf({ basis, request: turned })).toBe(tokenOf({ request, basis }))
  // What is not given is as what is absent.
  expect(tokenOf({ request, basis: { ...basis, dataFile: undefined } })).toBe(
    tokenOf({ request, basis }),
  )
})

test.each([
  [{ request: { ...request, parameters: { size: 6 } }, basis }],
  [{ request, basis: { stamp: { fileLength: 7, modifiedAt: 1.25 } } }],
  [{ request, basis: { stamp: { fileLength: '7', modifiedAt: 1.5 } } }],
  [{ request, basis: [basis] }],
])('another plan has another token: %o', (other) => {
  expect(tokenOf(other)).not.toBe(tokenOf({ request, basis }))
})
