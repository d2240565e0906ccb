import { expect, it } from 'vitest'
import { RunMetrics } from '../../../../main/metrics/run-metrics.ts'
import { serveMetrics } from '../../../../main/metrics/metrics-server.ts'

const started = () => new RunMetrics({ verb: 'compact', version: '0.1.0' })

const told = async (metrics: RunMetrics): Promise<readonly string[]> =>
  (await metrics.text()).split('\n').filter((line) => /^platter_(run|file)_/.test(line))

it('tells of the present phase alone, in its units', async () => {
  const metrics = started()
  const bytes = { phase: 'data', done: 5, total: 10, unit: 'bytes' } as const
  metrics.progressed({ ...bytes, progress: 20, speed: 3, secondsLeft: 2 })
  expect(await told(metrics)).toEqual([
    'platter_run_info{verb="compact",version="0.1.0"} 1',
    'platter_run_progress_ratio 0.2',
    'platter_run_phase{phase="data"} 1',
    'platter_run_phase_done{unit="bytes"} 5',
    'platter_run_phase_total{unit="bytes"} 10',
    'platter_run_phase_speed{unit="bytes"} 3',
    'platter_run_phase_left_seconds{phase="data"} 2',
  ])
  metrics.progressed({ phase: 'tables', done: 1, total: 0, unit: 'clusters', progress: 20 })
  expect(await told(metrics)).toEqual([
    'platter_run_info{verb="compact",version="0.1.0"} 1',
    'platter_run_progress_ratio 0.2',
    'platter_run_phase{phase="tables"} 1',
    'platter_run_phase_done{unit="clusters"} 1',
    'platter_run_phase_total{unit="clusters"} 0',
  ])
})

it('counts accesses, their time, their bytes and those that failed', async () => {
  const metrics = started()
  const access = { file: 'a', startedAt: 0, durationMs: 500 } as const
  metrics.accessed({ ...access, action: 'read', tag: 'l2-table', offset: 0, length: 512 })
  metrics.accessed({ ...access, action: 'read', tag: 'l2-table', offset: 512, length: 512 })
  metrics.accessed({ ...access, action: 'write', tag: 'data', length: 7, failure: 'no-space' })
  const lines = await told(metrics)
  for (const line of [
    'platter_file_accesses_total{action="read"} 2',
    'platter_file_access_seconds_total{action="read"} 1',
    'platter_file_read_bytes_total{structure="l2-table"} 1024',
    'platter_file_written_bytes_total{structure="data"} 7',
    'platter_file_failures_total{action="write"} 1',
  ]) {
    expect(lines).toContain(line)
  }
})

it('is served on IPv6, too, and no more once the server is gone', async () => {
  const server = await serveMetrics({ host: '::1', port: 0 }, started())
  expect(server.url).toMatch(/^http:\/\/\[::1\]:\d+\/metrics$/)
  const answer = await fetch(server.url)
  expect(answer.headers.get('content-type')).toContain('text/plain')
  expect(await answer.text()).toContain('platter_run_info')
  await server[Symbol.asyncDispose]()
  await expect(fetch(server.url)).rejects.toThrow('fetch failed')
})

it('a collection that fails is an answer of its own, not the end of the server', async () => {
  const source = { contentType: 'text/plain', text: () => Promise.reject(new Error('gone')) }
  await using server = await serveMetrics({ host: '127.0.0.1', port: 0 }, source)
  const answer = await fetch(server.url)
  expect(answer.status).toBe(500)
  expect(await answer.text()).toContain('gone')
})
