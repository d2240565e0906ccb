import { expect, test } from 'vitest'
import { lockedRanges, vmNameIn } from '../../../../core/io/holders.ts'

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

test('the locks of a descriptor are read from what /proc says of it', () => {
  const fdinfo = [
    'pos:\t0',
    'flags:\t02100002',
    'lock:\t1: OFDLCK ADVISORY  READ -1 fe:01:264 100 101',
    'lock:\t2: OFDLCK ADVISORY  READ -1 fe:01:264 203 203',
    'lock:\t3: FLOCK  ADVISORY  WRITE 4312 fe:01:264 0 EOF',
    '',
  ].join('\n')
  expect(lockedRanges(fdinfo)).toEqual([
    { first: 100, last: 101 },
    { first: 203, last: 203 },
    { first: 0, last: Number.POSITIVE_INFINITY },
  ])
  expect(lockedRanges('pos:\t0\nflags:\t0100000\n')).toEqual([])
})
