/**
 * Small real repositories of each language: what is detected runs with the real tools, passes, and fails where something
 * is wrong. Where a tool is not installed the stage has to say so and how to get it, and is skipped.
 */
import { execFileSync } from 'node:child_process'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openBerth, type TestBerth } from '../support/berth.ts'
import { languages, missing, prefixed } from '../support/languages.ts'
import { makeRepository, type TestRepository } from '../support/repository.ts'

let berth: TestBerth
let repository: TestRepository | undefined
beforeEach(async () => {
  berth = await openBerth()
})
afterEach(async () => {
  await berth.close()
  await repository?.remove()
})

interface Result {
  name: string
  state: string
  reason: string | null
}

/** The outcome of every stage. */
async function run(repository: TestRepository, ...flags: string[]): Promise<Result[]> {
  const { stdout } = await repository.berth(['ci', '--json', ...flags])
  return (JSON.parse(stdout) as { data: { run: { stages: Result[] } } }).data.run.stages
}

const namesOf = (results: Result[], state: string) => results.flatMap((one) => (one.state === state ? one.name : []))

test.each(Object.entries(languages))('%s', async (name, language) => {
  repository = await makeRepository(berth, language.files)
  if (name === 'make') await repository.git('update-index', '--chmod=+x', 'test.sh')
  if (name === 'make') execFileSync('chmod', ['+x', `${repository.directory}/test.sh`])
  const absent = missing(language, repository.directory)
  const first = await run(repository)
  expect(first.map((stage) => stage.name)).toEqual(language.stages)
  if (absent !== undefined) {
    console.warn(
      `${name}: ${absent.slice(0, 2).join(' ')} does not work on this machine; only that is tested, that berth says so`,
    )
    if (absent.length > 2) return // the tool is there, and what it needs for a build is not
    expect(namesOf(first, 'skipped')).toEqual(language.stages)
    for (const { reason } of first) expect(reason).toMatch(/install|pip/)
    return
  }
  expect(namesOf(first, 'passed'), JSON.stringify(first)).toEqual(language.stages)
  expect(namesOf(await run(repository), 'cached')).toEqual(language.stages)
  await repository.write(language.broken.files)
  expect(namesOf(await run(repository), 'failed')).toEqual(language.broken.fail)
  if (language.mended === undefined) return
  const after = await run(repository, '--fix', ...language.mended)
  expect(namesOf(after, 'passed')).toEqual(language.mended)
})

test('a monorepo of three languages: each package by its own tools', async () => {
  repository = await makeRepository(berth, {
    ...prefixed('api', languages['Go']?.files),
    ...prefixed('web', languages['JavaScript']?.files),
    ...prefixed('jobs', languages['Python without pytest']?.files),
  })
  const results = await run(repository)
  const there = new Set(results.flatMap((stage) => (stage.state === 'skipped' ? [] : stage.name)))
  expect(results.map(({ name }) => name)).toEqual([
    'api:fmt',
    'web:lint',
    'api:lint',
    'web:test',
    'jobs:test',
    'api:test',
  ])
  expect(new Set(namesOf(results, 'passed'))).toEqual(there)
  // a change in one package is none in the others
  await repository.write({ 'web/x.js': 'export const two = () => 3\n' })
  const again = await run(repository)
  expect(namesOf(again, 'failed')).toEqual(['web:test'])
  expect(namesOf(again, 'cached')).toEqual([...there].filter((name) => !name.startsWith('web:')))
})
