import { once } from 'node:events'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { tempFolder, type TempFolder } from '../helpers/temp-folder.ts'
import { connectToHost } from '../e2e/host-connection.ts'
import { platter } from './run-platter.ts'

let folder: TempFolder
let env: Record<string, string>

beforeAll(async () => {
  folder = await tempFolder('cli-web')
  env = { PLATTER_DATA: folder.file('data'), PLATTER_LOGS: folder.file('logs') }
})
afterAll(() => folder[Symbol.asyncDispose]())

/** Runs until it printed a link, signs in there, and ends it with the signal. */
async function runUntilLinked(signal: NodeJS.Signals) {
  const linked = Promise.withResolvers<string>()
  const ended = platter(['web', '--no-open', folder.path], {
    env,
    onStart: (child) => {
      let text = ''
      child.stdout?.on('data', (piece: Buffer) => {
        text += piece.toString()
        const link = /http:\/\/\S+#token=\S+/.exec(text)?.[0]
        if (link === undefined) return
        void connectToHost(link)
          .then(async (connection) => {
            const { host } = await connection.client['app.info']({})
            connection.close()
            child.kill(signal)
            linked.resolve(host)
          })
          .catch(linked.reject)
      })
      void once(child, 'exit').then(() => linked.reject(new Error(`ended: ${text}`)))
    },
  })
  return { host: await linked.promise, run: await ended }
}

it.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)('serves the window behind its link until %s', async (signal, exitCode) => {
  const { host, run } = await runUntilLinked(signal)
  expect(host).toBe('web')
  expect(run).toMatchObject({ exitCode, stderr: '' })
})

it('hands on that it could not start', async () => {
  const run = await platter(['web', '--no-open', folder.file('typo')], { env })
  expect(run.exitCode).toBe(1)
  expect(run.stderr).toContain('typo')
})

it('refuses a port that is none', async () => {
  const run = await platter(['web', '--port', 'eighty', folder.path], { env })
  expect(run.exitCode).toBe(64)
  expect(run.stderr).toContain('eighty')
})
