/**
 * `npm run bench [-- [--quick] [--pairs N] [--list] [CASE...]]`: Platter beside its peer, on the same
 * images in one run. Prints a table and writes bench/results/<time>.json. A case is named whole or by
 * the start of its name. Nothing here fails on a missed target: it says so.
 */
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { arch, cpus, release, tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs, promisify } from 'node:util'
import type { BenchCase } from './bench-case.ts'
import { benchCases } from './cases.ts'
import { measure } from './measure.ts'
import { formatSummaries, summarize, type Summary } from './summary.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: 'boolean', default: false },
    pairs: { type: 'string', default: '5' },
    list: { type: 'boolean', default: false },
  },
})

const chosen = benchCases.filter(
  ({ name }) => positionals.length === 0 || positionals.some((word) => name.startsWith(word)),
)
if (values.list || chosen.length === 0) {
  console.log(benchCases.map(({ name }) => name).join('\n'))
  process.exit(values.list ? 0 : 64)
}
const pairs = Number(values.pairs)
if (!Number.isInteger(pairs) || pairs < 1)
  throw new Error('--pairs takes a whole number from 1 on.')

const run = promisify(execFile)
const versions = await versionsOfBoth()
console.log(`${versions.platter} beside ${versions.peer}, ${pairs} pairs\n`)
const summaries: Summary[] = []
for (const each of chosen) {
  process.stderr.write(`${each.name} ...\n`)
  summaries.push(await benchOne(each))
}
console.log(formatSummaries(summaries))
const missed = summaries.filter(({ verdict }) => verdict === 'missed').map(({ name }) => name)
console.log(`\ntargets missed: ${missed.length === 0 ? 'none' : missed.join(', ')}`)
console.log(`written to ${await save()}`)

async function benchOne(benchCase: BenchCase): Promise<Summary> {
  const folder = await mkdtemp(path.join(tmpdir(), 'platter-bench-'))
  try {
    const work = await benchCase.prepare(folder, { isQuick: values.quick })
    const measurement = await measure(work, { pairs, folder })
    const peerName = work.kind === 'in-process' ? undefined : work.peerName
    return summarize(benchCase, peerName, measurement)
  } finally {
    await rm(folder, { recursive: true })
  }
}

async function versionsOfBoth() {
  const launcher = fileURLToPath(new URL('../cli/bin/platter.mjs', import.meta.url))
  const ours = await run(process.execPath, [launcher, '--version'])
  const peer = await run('qemu-img', ['--version'])
  return {
    platter: `Platter ${ours.stdout.trim()} on Node ${process.versions.node}`,
    peer: peer.stdout.split('\n')[0] ?? '',
  }
}

async function save(): Promise<string> {
  const folder = new URL('results/', import.meta.url)
  await mkdir(folder, { recursive: true })
  const name = `${new Date().toISOString().slice(0, 19).replaceAll(':', '')}.json`
  const machine = { cpu: cpus()[0]?.model, cores: cpus().length, arch: arch(), kernel: release() }
  const text = JSON.stringify(
    { versions, machine, pairs, isQuick: values.quick, summaries },
    undefined,
    2,
  )
  await writeFile(new URL(name, folder), `${text}\n`)
  return `bench/results/${name}`
}
