import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { exists, namesIfAny, textIfAny } from './if-any.ts'

let directory: string
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'berth-if-any-'))
  await writeFile(join(directory, 'file'), 'text')
})
afterAll(() => rm(directory, { recursive: true }))

test('what is there is read', async () => {
  expect(await textIfAny(join(directory, 'file'))).toBe('text')
  expect(await namesIfAny(directory)).toEqual(['file'])
  expect(await exists(join(directory, 'file'))).toBe(true)
})

test.each(['nothing', 'nothing/below', 'file/below'])('%s is not there, which is no failure', async (path) => {
  expect(await textIfAny(join(directory, path))).toBeNull()
  expect(await namesIfAny(join(directory, path))).toEqual([])
  expect(await exists(join(directory, path))).toBe(false)
})
