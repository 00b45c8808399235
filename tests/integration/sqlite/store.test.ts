import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, describe, expect, test } from 'vitest'
import { openDatabase } from '../../../src/adapters/sqlite/database.ts'
import { migrations } from '../../../src/adapters/sqlite/migrations.ts'
import { openSqliteStore } from '../../../src/adapters/sqlite/sqlite-store.ts'
import { storeContract } from '../../contracts/store.ts'

const directory = mkdtempSync(join(tmpdir(), 'berth-store-'))
afterAll(() => rmSync(directory, { recursive: true, force: true }))
const clock = { now: () => new Date(Date.UTC(2026, 0, 1)), wait: async () => undefined }
let count = 0
const newFile = () => join(directory, `${count++}.db`)

describe('the sqlite store', () => {
  storeContract((given) => openSqliteStore({ file: newFile(), clock: { ...clock, ...given } }))
})

describe('opening the state database', () => {
  test('is private to its user', () => {
    const file = newFile()
    openSqliteStore({ file, clock }).close()
    expect(statSync(file).mode & 0o777).toBe(0o600)
  })

  test('refuses a damaged file and leaves it as it is', () => {
    const file = newFile()
    writeFileSync(file, 'this is no database, '.repeat(400))
    const before = statSync(file)
    expect(() => openSqliteStore({ file, clock })).toThrowError(expect.objectContaining({ code: 'STATE_CORRUPT' }))
    expect(statSync(file).size).toBe(before.size)
  })

  test('refuses a newer schema', () => {
    const file = newFile()
    const raw = new DatabaseSync(file)
    raw.exec(`PRAGMA user_version = ${migrations.length + 1}`)
    raw.close()
    expect(() => openSqliteStore({ file, clock })).toThrowError(expect.objectContaining({ code: 'STATE_NEWER' }))
  })

  test('takes a backup before it migrates an older schema', () => {
    const home = mkdtempSync(join(directory, 'home-'))
    const file = join(home, 'state.db')
    openDatabase(file, clock.now, migrations).close()
    expect(readdirSync(home)).not.toContain('backups')
    openDatabase(file, clock.now, [...migrations, 'CREATE TABLE later (x TEXT)']).close()
    const [backup = ''] = readdirSync(join(home, 'backups'))
    const kept = new DatabaseSync(join(home, 'backups', backup))
    expect(kept.prepare('PRAGMA user_version').get()).toEqual({ user_version: migrations.length })
    kept.close()
  })

  test('a migration that fails leaves the database as it was', () => {
    const file = newFile()
    openDatabase(file, clock.now, migrations).close()
    expect(() => openDatabase(file, clock.now, [...migrations, 'CREATE TABLE later (x TEXT); nonsense'])).toThrow()
    const store = openSqliteStore({ file, clock })
    store.close()
  })
})
