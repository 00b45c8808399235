/** Names and values that try to be something else: refused or taken as they are, and never run by a shell. */
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { openBerth, type TestBerth } from '../support/berth.ts'
import { eventually } from '../support/eventually.ts'
import { expectNothingMade, failureOf } from '../support/failure.ts'
import { ensureImages, images } from '../support/images.ts'
import { makeProject, type TestProject } from '../support/project.ts'
import { temporaryPrefix } from '../support/temporary.ts'

const image = images.busybox
const good = `services: { web: { image: "${image}", command: sleep 1000, init: true } }\n`

let berth: TestBerth
let project: TestProject
let scratch: string

beforeAll(async () => {
  await ensureImages(['busybox'])
  scratch = await mkdtemp(join(tmpdir(), `${temporaryPrefix}bad-`))
  berth = await openBerth()
  await berth.ok(['ls'])
})
afterAll(async () => {
  await berth.close()
  await rm(scratch, { recursive: true, force: true })
})
beforeEach(async () => {
  project = await makeProject({ 'compose.yaml': good }, { name: 'shop' })
})
afterEach(async ({ task }) => {
  // a row that passed has left nothing; one that failed is in nobody's way
  if (task.result?.state === 'fail') await berth.run(['destroy', '--all', '--yes'])
  await project.remove()
})

describe('a name that cannot be', () => {
  test.each([
    ['../x', 'it holds ".."', 'perhaps x'],
    ['a/../../b', 'it holds ".."', 'perhaps a-b'],
    ["it's", 'only letters', 'perhaps it-s'],
    ['a"b', 'only letters', 'perhaps a-b'],
    ['$(touch pwned)', 'only letters', 'perhaps touch-pwned'],
    ['`touch pwned`', 'only letters', 'perhaps touch-pwned'],
    ['a\nb', 'only letters', 'perhaps a-b'],
    ['a;b', 'only letters', 'perhaps a-b'],
    ['a\u001b[2Jb', 'only letters', 'perhaps a-2jb'],
    ['Ünïcödé', 'only letters', 'perhaps unicode'],
    ['日本', 'only letters', 'use letters'],
    ['x'.repeat(300), 'longer than 40', `perhaps ${'x'.repeat(40)}`],
    ['', 'it is empty', 'use letters'],
    ['.', 'it must start and end', 'use letters'],
    ['all', 'the word is reserved', 'perhaps all-1'],
    ['Local', 'the word is reserved', 'perhaps local-1'],
  ])('%j', async (name, why, hint) => {
    for (const args of [
      ['create', name],
      ['up', name],
      ['run', 'sleep', name],
      ['create', 'a', '--project', name],
    ]) {
      const failure = await failureOf(berth, args, project.directory)
      expect(failure).toMatchObject({ exitCode: 2, code: 'NAME_INVALID' })
      expect(failure.message).toContain(why)
      expect(failure.message).not.toContain('\u001b')
      expect(failure.hint).toContain(hint)
    }
    expect(existsSync(join(project.directory, 'pwned'))).toBe(false)
    await expectNothingMade(berth)
  })

  test('longer than any name there is, to a command that looks for one', async () => {
    expect(await failureOf(berth, ['status', 'x'.repeat(900)])).toMatchObject({ exitCode: 3, code: 'ENV_NOT_FOUND' })
    expect(await failureOf(berth, ['status', 'x'.repeat(5000)])).toMatchObject({ exitCode: 2, code: 'USAGE' })
  })
})

test('values of a compose file are values: none is run by a shell', async () => {
  const mark = (name: string) => join(scratch, name)
  const compose = {
    services: {
      web: {
        image,
        init: true,
        command: ['sh', '-c', 'echo "$$0 $$1"; exec sleep 1000', `; touch ${mark('command')};`, '`id`'],
        hostname: 'x-touch',
        labels: { odd: `$$(touch ${mark('label')})`, "it's": `'; touch ${mark('quote')}; '` },
        environment: { A: `\`touch ${mark('backtick')}\``, B: `$$(touch ${mark('dollar')})`, C: 'two\nlines' },
        volumes: [`data:/it's; touch ${mark('volume')}`],
        'x-anything': `$$(touch ${mark('extension')})`,
      },
    },
    volumes: { data: { labels: { odd: `\`touch ${mark('volume-label')}\`` } } },
  }
  await project.write('compose.yaml', JSON.stringify(compose))
  const inProject = { cwd: project.directory }
  await berth.ok(['up', 'a'], inProject)
  await eventually(async () =>
    expect(await berth.ok(['logs', 'a', '--no-prefix'], inProject)).toBe(`; touch ${mark('command')}; \`id\`\n`),
  )
  const shown = await berth.ok(['exec', 'a', 'web', '--', 'sh', '-c', 'echo "$A"; echo "$B"; echo "$C"'], inProject)
  expect(shown).toBe(`\`touch ${mark('backtick')}\`\n$(touch ${mark('dollar')})\ntwo\nlines\n`)
  await berth.ok(['run', 'a', '--', 'echo', `$(touch ${mark('raw')})`], inProject)
  await berth.ok(['run', 'echo', 'a', `'; touch ${mark('session')}; '`, '--detach'], inProject)
  await berth.ok(['destroy', 'a', '--yes'], inProject)
  expect(await readdir(scratch)).toEqual([])
  await expectNothingMade(berth)
})
