import { expect, it } from 'vitest'
import { parseWebArguments } from '../../main/web/web-arguments.ts'

it('takes folders and images for the library, and roots beside them', () => {
  expect(
    parseWebArguments(['/srv/vm', '--root', '/mnt/a', '--root=/mnt/b', 'web01.qcow2']),
  ).toEqual({
    port: 0,
    roots: ['/mnt/a', '/mnt/b'],
    paths: ['/srv/vm', 'web01.qcow2'],
    open: true,
    help: false,
  })
})

it('listens where it is told and opens no window when it is told', () => {
  expect(parseWebArguments(['--port', '8080', '--no-open'])).toMatchObject({
    port: 8080,
    open: false,
  })
})

it.each([
  [['--port', '65536'], '65536'],
  [['--port', '-1'], 'port'],
  [['--port', '1e3'], '1e3'],
  [['--port', ''], 'port'],
  [['--host', '0.0.0.0'], '--host'],
])('refuses %j with a sentence', (args, words) => {
  expect(() => parseWebArguments(args)).toThrow(words)
})
