import { execFile } from 'node:child_process'
import net from 'node:net'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { tempFolder, type TempFolder } from '../helpers/temp-folder.ts'
import { startWebHost } from './hosts.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

let folder: TempFolder
let environment: Record<string, string>

beforeEach(async () => {
  folder = await tempFolder('host')
  environment = {
    PATH: process.env['PATH'] ?? '',
    HOME: folder.path,
    PLATTER_DATA: folder.file('data'),
    PLATTER_LOGS: folder.file('logs'),
  }
})
afterEach(() => folder[Symbol.asyncDispose]())

interface Ended {
  readonly code: number | string | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs the web host to its end. */
const runToEnd = (...args: string[]) =>
  new Promise<Ended>((resolve) => {
    execFile(
      process.execPath,
      [path.join(root, 'dist/main/web.js'), '--no-open', ...args],
      { env: environment },
      (error, stdout, stderr) => resolve({ code: error?.code ?? 0, stdout, stderr }),
    )
  })

describe('the web host', () => {
  it('prints one link that signs in, and what it shows', async () => {
    const host = await startWebHost([folder.path], environment)
    expect(host.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/#token=[\w-]{43}$/)
    expect(host.output()).toContain(folder.path)
    await host.stop()
  })

  it.each(['SIGINT', 'SIGTERM'] as const)('ends in order on %s', async (signal) => {
    const host = await startWebHost([folder.path], environment)
    expect(await host.stop(signal)).toBe(0)
  })

  it('has another token each time', async () => {
    const first = await startWebHost([], environment)
    await first.stop()
    const second = await startWebHost([], environment)
    await second.stop()
    expect(new URL(first.url).hash).not.toBe(new URL(second.url).hash)
  })

  it('says when the port is taken, and what to do', async () => {
    const taken = net.createServer()
    const port = await new Promise<number>((resolve) => {
      taken.listen(0, '127.0.0.1', () => resolve((taken.address() as net.AddressInfo).port))
    })
    const ended = await runToEnd('--port', String(port))
    taken.close()
    expect(ended.code).toBe(1)
    expect(ended.stderr).toContain(`Port ${port} is taken`)
    expect(ended.stderr).not.toMatch(/at .*\.js:\d+/)
  })

  it('refuses a folder that is not there', async () => {
    const ended = await runToEnd(folder.file('typo'))
    expect(ended.code).toBe(1)
    expect(ended.stderr).toContain('typo')
    expect(ended.stderr).not.toMatch(/at .*\.js:\d+/)
  })

  it('explains its arguments when it does not understand them', async () => {
    const ended = await runToEnd('--prot', '80')
    expect(ended.code).toBe(64)
    expect(ended.stderr).toContain('--port NUMBER')
  })
})

describe('npm start', () => {
  it('says why it takes the browser where there is no display', async () => {
    const output = await new Promise<string>((resolve, reject) => {
      const child = execFile(process.execPath, [path.join(root, 'tools/start.mjs'), folder.path], {
        env: environment,
      })
      let text = ''
      child.stdout?.on('data', (chunk: string) => {
        text += chunk
        if (text.includes('#token=')) child.kill('SIGTERM')
      })
      child.once('exit', () => resolve(text))
      child.once('error', reject)
    })
    expect(output).toMatch(/^Platter runs in the browser: there is no display/)
    expect(output).toMatch(/http:\/\/127\.0\.0\.1:\d+\/#token=/)
  })
})
