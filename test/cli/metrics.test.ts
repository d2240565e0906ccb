import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import http from 'node:http'
import { truncate, writeFile } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createQcow2, qemuImg, qemuIo } from '../helpers/qemu.ts'
import { tempFolder, type TempFolder } from '../helpers/temp-folder.ts'
import { platter, type PlatterRun } from './run-platter.ts'

let folder: TempFolder
let env: Readonly<Record<string, string>>
let small: string
/** 512 GiB of zeroes: minutes of digest, whatever the disk does. */
let long: string

beforeAll(async () => {
  folder = await tempFolder('cli-metrics')
  env = { PLATTER_DATA: folder.file('data'), PLATTER_LOGS: folder.file('logs') }
  small = folder.file('small.qcow2')
  await qemuImg('create', '-q', '-f', 'qcow2', small, '8M')
  await qemuIo(small, 'write -P 1 0 4M')
  long = folder.file('long.raw')
  await writeFile(long, Buffer.alloc(2 ** 20, 7))
  await truncate(long, 512 * 1024 ** 3)
})
afterAll(() => folder[Symbol.asyncDispose]())

/** Runs until it says where its metrics are, asks `question` there, and ends it. */
async function whileServing<Answer>(
  words: readonly string[],
  question: (url: string) => Promise<Answer>,
  input?: Buffer,
): Promise<{ readonly answer: Answer; readonly run: PlatterRun }> {
  const asked = Promise.withResolvers<Answer>()
  const listen = (child: ChildProcess): void => {
    let said = ''
    let begun = false
    // It is ended before it took all of it.
    child.stdin?.on('error', () => undefined)
    child.stdin?.write(input)
    const hear = (piece: Buffer): void => {
      said += piece.toString()
      const url = /http:\/\/\S+\/metrics/.exec(said)?.[0]
      if (url === undefined || begun) return
      begun = true
      question(url)
        .then(asked.resolve, asked.reject)
        .finally(() => child.kill('SIGINT'))
    }
    child.stdout?.on('data', hear)
    child.stderr?.on('data', hear)
    void once(child, 'exit').then(() => asked.reject(new Error(`ended: ${said}`)))
  }
  const run = platter(words, { env, onStart: listen, ...(input && { stdin: 'pipe' }) })
  const [answer, ended] = await Promise.all([asked.promise, run])
  return { answer, run: ended }
}

const scrape = async (url: string): Promise<string> => (await fetch(url)).text()

/** The last value of a metric with these labels. */
const valueOf = (metrics: string, name: string): number =>
  Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(metrics)?.[1])

/** Asked again until it is so: a run tells its first progress when it has some. */
async function scrapedWhen(url: string, isSo: (metrics: string) => boolean): Promise<string> {
  for (;;) {
    const metrics = await scrape(url)
    if (isSo(metrics)) return metrics
    await delay(20)
  }
}

describe('--metrics', () => {
  it('serves progress, bytes and the process while a verb runs, and tells where', async () => {
    const words = ['sha', '--no-history', '--metrics', ':0', small, long]
    const { answer, run } = await whileServing(words, (url) =>
      scrapedWhen(url, (metrics) =>
        metrics.includes(`_phase_total{unit="bytes"} ${512 * 2 ** 30}`),
      ),
    )
    expect(run.exitCode).toBe(130)
    expect(run.stderr).toMatch(/^platter: metrics are at http:\/\/127\.0\.0\.1:\d+\/metrics$/m)
    expect(answer).toContain('platter_run_info{verb="sha",version="0.1.0"} 1')
    expect(answer).toContain('platter_run_phase{phase="data"} 1')
    expect(valueOf(answer, 'platter_run_progress_ratio')).toBeGreaterThanOrEqual(0.5)
    expect(valueOf(answer, 'platter_file_read_bytes_total{structure="data"}')).toBeGreaterThan(
      4 * 2 ** 20,
    )
    expect(valueOf(answer, 'platter_file_accesses_total{action="hold"}')).toBe(2)
    expect(valueOf(answer, 'process_resident_memory_bytes')).toBeGreaterThan(2 ** 20)
    expect(answer).not.toMatch(/NaN|undefined/)
  })

  it('serves the counters of a device while it is written to', async () => {
    const disk = folder.file('device.qcow2')
    await createQcow2(disk, '8M')
    // Half of what was announced; the rest never comes.
    const words = ['write', '--no-history', '--metrics', ':0', '--bytes', '4M', '--from', '-', disk]
    const { answer } = await whileServing(
      words,
      (url) =>
        scrapedWhen(url, (metrics) => valueOf(metrics, 'platter_qcow_writes{id="disk"}') > 0),
      Buffer.alloc(2 * 2 ** 20, 5),
    )
    expect(valueOf(answer, 'platter_qcow_size{id="disk"}')).toBeGreaterThan(2 ** 16)
  })

  it('answers to its own names and for metrics only', async () => {
    const words = ['sha', '--no-history', '--metrics', 'localhost:0', long]
    const { answer } = await whileServing(words, async (url) => {
      const { port } = new URL(url)
      const statusOf = (path: string, host: string, method = 'GET'): Promise<number> =>
        new Promise((resolve, reject) => {
          const to = { port, host: '127.0.0.1', path, method, headers: { host } }
          http
            .request(to, (response) => {
              response.resume()
              resolve(response.statusCode ?? 0)
            })
            .on('error', reject)
            .end()
        })
      return {
        own: await statusOf('/metrics', `localhost:${port}`),
        rebound: await statusOf('/metrics', `evil.example:${port}`),
        elsewhere: await statusOf('/', `localhost:${port}`),
        post: await statusOf('/metrics', `localhost:${port}`, 'POST'),
      }
    })
    expect(answer).toEqual({ own: 200, rebound: 421, elsewhere: 404, post: 405 })
  })

  it('begins nothing when its port is taken', async () => {
    const server = http.createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    const port = typeof address === 'object' ? address?.port : undefined
    const { exitCode, stdout, stderr } = await platter(['sha', '--metrics', `${port}`, small])
    server.close()
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' })
    expect(stderr).toContain(`Metrics cannot be served on 127.0.0.1:${port} (PLT-1690)`)
    expect(stderr).toContain('Nothing was begun and nothing was changed.')
  })

  it.each(['', 'here', '99999', '127.0.0.1', '1.2.3.4:x'])(
    '"%s" is a usage error',
    async (word) => {
      const { exitCode, stderr } = await platter(['sha', `--metrics=${word}`, small])
      expect(exitCode).toBe(64)
      expect(stderr).toContain('is no address for metrics')
    },
  )

  it('of the web host tells of library, history and jobs', async () => {
    const words = ['web', '--no-open', '--metrics', ':0', folder.path]
    const { answer, run } = await whileServing(words, (url) =>
      scrapedWhen(
        url,
        (metrics) => valueOf(metrics, 'platter_library_images{state="present"}') > 0,
      ),
    )
    expect(run.exitCode).toBe(130)
    expect(answer).toContain('platter_history_newest_timestamp_seconds')
    expect(answer).toContain('process_cpu_seconds_total')
  })
})

describe('metrics', () => {
  it('prints what library and history hold', async () => {
    await platter(['check', small], { env })
    const { exitCode, stdout } = await platter(['metrics'], { env })
    expect(exitCode).toBe(0)
    expect(stdout).toContain('platter_jobs{kind="check",state="succeeded"} 1')
    expect(valueOf(stdout, 'platter_history_newest_timestamp_seconds')).toBeGreaterThan(1e9)
  })

  it('prints those of a Platter that runs, by port or link', async () => {
    const words = ['sha', '--no-history', '--metrics', ':0', long]
    const { answer } = await whileServing(words, async (url) => [
      await platter(['metrics', url]),
      await platter(['metrics', new URL(url).port]),
    ])
    for (const { exitCode, stdout } of answer) {
      expect(exitCode).toBe(0)
      expect(stdout).toContain('platter_run_info{verb="sha"')
    }
  })

  it('says so where there are none', async () => {
    const server = http.createServer((_request, response) => response.writeHead(404).end())
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const address = server.address()
    const port = typeof address === 'object' ? address?.port : undefined
    const foreign = await platter(['metrics', `${port}`])
    server.close()
    await once(server, 'close')
    const gone = await platter(['metrics', `${port}`])
    expect([foreign.exitCode, gone.exitCode]).toEqual([1, 1])
    expect(foreign.stderr).toContain('it answered with HTTP 404')
    expect(gone.stderr).toContain('gave no metrics: ECONNREFUSED')
  })
})
