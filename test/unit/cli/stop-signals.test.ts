import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { expect, it } from 'vitest'

/** A program that does not end by itself when it is asked to, in a process that tells what it hears. */
const program = `
  const { listenForStops } = await import('${new URL('../../../cli/stop-signals.ts', import.meta.url).href}')
  const { signal, endedBy } = listenForStops()
  signal.addEventListener('abort', () => console.log('stopping ' + endedBy()))
  setInterval(() => undefined, 1000)
  console.log('ready')
`

it('a second signal ends the process without waiting, and says what images are worth', async () => {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program])
  const stderr = text(child.stderr)
  await once(child.stdout, 'data')
  child.kill('SIGTERM')
  await once(child.stdout, 'data')
  // Until it is heard: right after the first one it would be the same one.
  const again = setInterval(() => child.kill('SIGINT'), 100)
  const [code] = await once(child, 'exit')
  clearInterval(again)
  expect(code).toBe(130)
  expect(await stderr).toMatch(/^platter: ended without waiting\. Images are valid, .+\n$/)
})
