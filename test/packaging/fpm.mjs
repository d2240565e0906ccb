#!/usr/bin/env node
/**
 * Stands in for fpm, which Debian does not have: the options electron-builder gives it for a .deb from
 * folders, carried out by dpkg-deb. An option it does not know ends it, so that nothing is dropped.
 */
import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import os from 'node:os'
import path from 'node:path'

const flags = new Set(['--force', '--debug'])
const repeated = new Set(['-d', '--deb-recommends'])
const single = new Set([
  '-s',
  '-t',
  '--log',
  '--architecture',
  '--after-install',
  '--after-remove',
  '--description',
  '--version',
  '--package',
  '--name',
  '--maintainer',
  '--vendor',
  '--url',
  '--category',
  '--deb-priority',
  '--deb-compression',
  '--license',
  '--iteration',
])
const architectures = { x86_64: 'amd64', aarch64: 'arm64' }

const options = {}
const lists = { '-d': [], '--deb-recommends': [] }
const mappings = []
const given = process.argv.slice(2)
while (given.length > 0) {
  const argument = given.shift()
  if (flags.has(argument)) continue
  if (repeated.has(argument)) lists[argument].push(given.shift())
  else if (single.has(argument)) options[argument] = given.shift()
  else if (argument.startsWith('-')) fail(`unknown option ${argument}`)
  else mappings.push(argument.split(/=(.*)/s))
}
if (options['-s'] !== 'dir' || options['-t'] !== 'deb') fail('only from dir to deb')

const folder = mkdtempSync(path.join(os.tmpdir(), 'platter-deb-'))
try {
  chmodSync(folder, 0o755)
  for (const [from, to] of mappings) {
    const target = path.join(folder, to)
    mkdirSync(path.dirname(target), { recursive: true })
    cpSync(from, target, { recursive: true, verbatimSymlinks: true })
  }
  const installedSize = Math.ceil(sizeOf(folder) / 1024)
  const control = path.join(folder, 'DEBIAN')
  mkdirSync(control)
  writeFileSync(path.join(control, 'control'), controlFile(installedSize))
  for (const [option, name] of [
    ['--after-install', 'postinst'],
    ['--after-remove', 'postrm'],
  ]) {
    if (options[option] === undefined) continue
    cpSync(options[option], path.join(control, name))
    chmodSync(path.join(control, name), 0o755)
  }
  const compression = `-Z${options['--deb-compression'] ?? 'xz'}`
  const args = ['--root-owner-group', compression, '--build', folder, options['--package']]
  execFileSync('dpkg-deb', args, { stdio: 'inherit' })
} finally {
  rmSync(folder, { recursive: true, force: true })
}

function controlFile(installedSize) {
  const [synopsis, ...rest] = options['--description'].trim().split('\n')
  const revision = options['--iteration'] === undefined ? '' : `-${options['--iteration']}`
  const fields = {
    Package: options['--name'],
    Version: options['--version'] + revision,
    Architecture: architectures[options['--architecture']] ?? options['--architecture'],
    Maintainer: options['--maintainer'],
    'Installed-Size': String(installedSize),
    Depends: lists['-d'].join(', '),
    Recommends: lists['--deb-recommends'].join(', '),
    Section: options['--category'] ?? 'utils',
    Priority: options['--deb-priority'] ?? 'optional',
    Homepage: options['--url'],
    Description: [synopsis, ...rest.map((line) => ` ${line.trim() || '.'}`)].join('\n'),
  }
  const lines = Object.entries(fields)
    .filter(([, value]) => value)
    .map(([name, value]) => `${name}: ${value}`)
  return `${lines.join('\n')}\n`
}

function sizeOf(parent) {
  return readdirSync(parent, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(path.join(entry.parentPath, entry.name)).size, 0)
}

function fail(message) {
  console.error(`fpm stand-in: ${message}`)
  process.exit(2)
}
