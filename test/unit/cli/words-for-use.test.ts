import { expect, it } from 'vitest'
import { wordsForUse } from '../../../cli/output/words-for-use.ts'

const qemu = { pid: 4711, name: 'qemu-system-x86', vm: 'web01' }

it('names the VM and the process that write to an image', () => {
  expect(wordsForUse({ state: 'writing', holders: [qemu], locking: 'lock-bytes' })).toBe(
    'in use by web01 (PID 4711): what is shown may lag behind',
  )
})

it('says who is kept away where there are no QEMU locks', () => {
  expect(wordsForUse({ state: 'unknown', holders: [], locking: 'whole-file' })).toContain(
    'only Platter is kept from writing to it twice',
  )
  expect(wordsForUse({ state: 'unknown', holders: [], locking: 'none' })).toContain(
    'nobody is kept',
  )
})
