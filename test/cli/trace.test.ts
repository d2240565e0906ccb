import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { traceJson } from '../../cli/schemas/trace-json.ts'
import { qemuImg, qemuIo } from '../helpers/qemu.ts'
import { tempFolder, type TempFolder } from '../helpers/temp-folder.ts'
import { platter } from './run-platter.ts'

let folder: TempFolder
let image: string

beforeAll(async () => {
  folder = await tempFolder('cli-trace')
  image = folder.file('with space.qcow2')
  await qemuImg('create', '-q', '-f', 'qcow2', image, '8M')
  await qemuIo(image, 'write -P 1 0 2M', 'write -P 0 2M 1M')
})
afterAll(() => folder[Symbol.asyncDispose]())

const shape = /^platter trace: \d+\.\d{6} [a-z-]+( [a-z0-9-]+)?( \d+(\+\d+)?)? \d+\.\d{3} ms .+$/

describe('--trace', () => {
  it('prints every access with its tag, place and length on stderr, and the same answer', async () => {
    const plain = await platter(['sha', image])
    const traced = await platter(['sha', '--trace', image])
    expect({ exitCode: traced.exitCode, stdout: traced.stdout }).toEqual({
      exitCode: 0,
      stdout: plain.stdout,
    })
    const lines = traced.stderr.trimEnd().split('\n')
    for (const line of lines) expect(line).toMatch(shape)
    for (const words of [
      ` hold `,
      ' read header 0+',
      ' read l2-table ',
      ' read data ',
      ' close ',
    ]) {
      expect(traced.stderr).toContain(words)
    }
    expect(lines.every((line) => line.endsWith(image))).toBe(true)
  })

  it('prints writes, flushes and locks of a change as JSON lines with --output json', async () => {
    const words = ['discard', '--no-verify', '--trace', '--output', 'json', image]
    const { exitCode, stdout, stderr } = await platter(words)
    expect(exitCode).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ version: 1, filename: image })
    const accesses = stderr
      .trimEnd()
      .split('\n')
      .map((line) => traceJson.parse(JSON.parse(line)))
    const actions = new Set(accesses.map(({ action }) => action))
    for (const action of ['hold-writing', 'read', 'write', 'flush', 'close'] as const) {
      expect(actions).toContain(action)
    }
    const written = accesses.filter(({ action }) => action === 'write')
    expect(written.every(({ tag, offset, length }) => tag && offset !== undefined && length)).toBe(
      true,
    )
    const times = accesses.map(({ time, milliseconds }) => time + milliseconds / 1000)
    // Told when it has ended, so in that order; the clock is rounded to microseconds.
    expect(times.every((time, index) => time >= (times[index - 1] ?? 0) - 0.00001)).toBe(true)
  })

  it('tells why an access failed', async () => {
    const { exitCode, stderr } = await platter(['info', '--trace', folder.file('missing')])
    expect(exitCode).toBe(1)
    expect(stderr).toMatch(/ open \d+\.\d+ ms \S+missing \(file-missing\)/)
  })
})
