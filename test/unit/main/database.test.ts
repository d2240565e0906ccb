import Database from 'better-sqlite3'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { openDatabase, openSound } from '../../../main/history/database.ts'
import { latestVersion, migrate, schemaVersion } from '../../../main/history/migrate.ts'
import { tempFolder } from '../../helpers/temp-folder.ts'

const noon = () => Date.UTC(2026, 10, 21, 12)

test('a fresh database has the newest schema, WAL and foreign keys', async () => {
  await using folder = await tempFolder()
  const { db, notice } = openDatabase(folder.file('deep', 'platter.db'))
  expect(notice).toBeUndefined()
  expect(db.get('PRAGMA user_version')).toEqual({ user_version: latestVersion })
  expect(db.get('PRAGMA journal_mode')).toEqual({ journal_mode: 'wal' })
  expect(db.get('PRAGMA foreign_keys')).toEqual({ foreign_keys: 1 })
  expect(() =>
    db.run(
      `INSERT INTO allocations (image_id, mapped_at, modified_at, file_length, summary) VALUES (7, 0, 0, 0, x'')`,
    ),
  ).toThrow(/FOREIGN KEY/)
  db.close()
})

test('a database that is none is moved aside with its journal, and a fresh one takes its place', async () => {
  await using folder = await tempFolder()
  const file = folder.file('platter.db')
  await writeFile(file, 'no database'.repeat(1000))
  await writeFile(`${file}-wal`, 'its journal')
  const { db, notice } = openDatabase(file, noon)
  expect(notice?.detail).toContain('platter.db.damaged-20261121-120000')
  db.close()
  const names = await readdir(folder.path)
  expect(names).toContain('platter.db.damaged-20261121-120000')
  expect(names).toContain('platter.db.damaged-20261121-120000-wal')
  expect(await readFile(`${file}.damaged-20261121-120000`, 'utf8')).toContain('no database')
})

test('a process that does not own the data moves nothing', async () => {
  await using folder = await tempFolder()
  await writeFile(folder.file('platter.db'), 'no database'.repeat(1000))
  expect(() => openSound(folder.file('platter.db'))).toThrow(
    expect.objectContaining({ reason: 'database-damaged' }),
  )
  expect(await readdir(folder.path)).toEqual(['platter.db'])
})

test('pages that were overwritten are noticed at the start', async () => {
  await using folder = await tempFolder()
  const file = folder.file('platter.db')
  const first = openDatabase(file).db
  for (let id = 0; id < 200; id++) {
    first.run(`INSERT INTO folders (path, recursive, watched, added_at) VALUES ($path, 1, 1, 0)`, {
      path: `/vm/${id}/${'x'.repeat(200)}`,
    })
  }
  first.close()
  const bytes = await readFile(file)
  bytes.fill(0xa5, 4096, bytes.length - 4096)
  await writeFile(file, bytes)
  const { db, notice } = openDatabase(file, noon)
  expect(notice?.id).toBe('database-damaged')
  expect(db.all('SELECT * FROM folders')).toEqual([])
  db.close()
})

test('a database of a newer version is refused and not touched', async () => {
  await using folder = await tempFolder()
  const file = folder.file('platter.db')
  const newer = new Database(file)
  newer.exec('CREATE TABLE future (a); INSERT INTO future VALUES (1)')
  newer.pragma(`user_version = ${latestVersion + 1}`)
  newer.close()
  const before = await readFile(file)
  expect(() => openDatabase(file)).toThrow(expect.objectContaining({ reason: 'database-newer' }))
  expect(await readFile(file)).toEqual(before)
  expect(await readdir(folder.path)).toEqual(['platter.db'])
})

test('a migration that fails leaves the version and the schema as they were', async () => {
  await using folder = await tempFolder()
  await mkdir(folder.file('data'))
  const db = new Database(folder.file('data', 'test.db'))
  const good = { version: 1, sql: 'CREATE TABLE a (x)' }
  const bad = { version: 2, sql: 'CREATE TABLE b (x); CREATE TABLE a (y)' }
  expect(() => migrate(db, [good, bad])).toThrow(/already exists/)
  expect(schemaVersion(db)).toBe(1)
  expect(db.prepare(`SELECT name FROM sqlite_schema`).all()).toEqual([{ name: 'a' }])
  migrate(db, [good, { version: 2, sql: 'CREATE TABLE b (x)' }])
  expect(schemaVersion(db)).toBe(2)
  db.close()
})
