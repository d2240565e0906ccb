import { expect, test } from 'vitest'
import { vmNameIn } from '../../../../core/io/holders.ts'

test.each([
  [['qemu-system-x86_64', '-name', 'web01'], 'web01'],
  [['qemu-system-x86_64', '-name', 'web01,debug-threads=on'], 'web01'],
  [['qemu-system-x86_64', '-name', 'guest=web01,debug-threads=on'], 'web01'],
  [['qemu-system-x86_64', '-name', 'debug-threads=on,guest=db'], 'db'],
  [['qemu-system-x86_64', '-name', 'guest=a,,b,process=x'], 'a,b'],
  [['qemu-system-x86_64', '--name', 'guest=web01'], 'web01'],
  [['qemu-system-x86_64', '-name', 'debug-threads=on'], undefined],
  [['qemu-system-x86_64', '-m', '2G'], undefined],
  [['qemu-system-x86_64', '-name'], undefined],
])('the VM of %j is %s', (words, name) => {
  expect(vmNameIn(words)).toBe(name)
})
