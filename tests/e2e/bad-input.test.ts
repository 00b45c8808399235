/** What cannot be, through the command line: the right exit code, code and hint, and nothing half made. */
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { openBerth, type TestBerth } from '../support/berth.ts'
import { expectNothingMade, failureOf } from '../support/failure.ts'
import { ensureImages, images } from '../support/images.ts'
import { makeProject, type TestProject } from '../support/project.ts'

const image = images.busybox
const good = `services: { web: { image: "${image}", command: sleep 1000, init: true } }\n`

let berth: TestBerth
let project: TestProject

beforeAll(async () => {
  await ensureImages(['busybox'])
  berth = await openBerth()
  await berth.ok(['ls'])
})
afterAll(async () => {
  await berth.close()
})
beforeEach(async () => {
  project = await makeProject({ 'compose.yaml': good }, { name: 'shop' })
})
afterEach(async ({ task }) => {
  // a row that passed has left nothing; one that failed is in nobody's way
  if (task.result?.state === 'fail') await berth.run(['destroy', '--all', '--yes'])
  await project.remove()
})

type Row = [what: string, files: Record<string, string>, args: string[], exit: number, code: string, said: RegExp[]]

/** Each row: files beside a good compose.yaml, a command line, and how it fails (message, then hint). */
const rows: Row[] = [
  [
    'YAML that is none',
    { 'compose.yaml': 'services:\n  web:\n    image: x\n   command: y\n' },
    ['up', 'a'],
    2,
    'COMPOSE_INVALID',
    [/^compose\.yaml:4:1: /, /^mend it in \S+\/shop\/compose\.yaml$/],
  ],
  [
    'a required variable that is not set',
    { 'compose.yaml': `services: { web: { image: "${image}", command: "sleep \${NAP:?how long?}" } }\n` },
    ['up', 'a'],
    2,
    'COMPOSE_INVALID',
    [/required variable NAP is missing a value: how long\?$/, /^set NAP in the project's \.env, or export it$/],
  ],
  [
    'a service that needs one there is not',
    { 'compose.yaml': `services: { web: { image: "${image}", depends_on: [db] } }\n` },
    ['up', 'a'],
    2,
    'COMPOSE_INVALID',
    [/service "web" depends on undefined service "db"/, /^mend it in \S+compose\.yaml$/],
  ],
  [
    'a service there is not',
    {},
    ['up', 'a', 'wbe'],
    3,
    'SERVICE_NOT_FOUND',
    [/no service wbe$/, /^its services: web$/],
  ],
  [
    'a build context there is not',
    { 'compose.yaml': 'services: { web: { build: ./nowhere } }\n' },
    ['up', 'a'],
    2,
    'COMPOSE_INVALID',
    [/^the build context \S+\/shop\/nowhere does not exist$/, /^mend `build`/],
  ],
  [
    'an env file there is not',
    { 'compose.yaml': `services: { web: { image: "${image}", env_file: [gone.env] } }\n` },
    ['up', 'a'],
    2,
    'COMPOSE_INVALID',
    [/env file \S+\/shop\/gone\.env does not exist$/, /^create it/],
  ],
  [
    'what cannot be isolated, under --strict',
    { 'compose.yaml': `services: { web: { image: "${image}", privileged: true } }\n` },
    ['up', 'a', '--strict'],
    4,
    'NOT_ISOLATED',
    [/^not isolated: web/, /--strict$/],
  ],
  [
    'no such compose file',
    {},
    ['create', 'a', '--file', 'other.yaml'],
    3,
    'COMPOSE_NOT_FOUND',
    [/no other\.yaml$/, /--file/],
  ],
  [
    'a compose file elsewhere',
    {},
    ['create', 'a', '--file', '/etc/hosts'],
    2,
    'SOURCE_INVALID',
    [/outside/, /put it there/],
  ],
  [
    'a directory there is not',
    {},
    ['create', 'a', '--from', '/no/such'],
    2,
    'SOURCE_INVALID',
    [/^\/no\/such is not/, /existing/],
  ],
  [
    'a ref there is not',
    {},
    ['create', 'a', '--from', 'no-such'],
    2,
    'SOURCE_INVALID',
    [/no commit "no-such"/, /branch/],
  ],
  [
    'a ref that is an option',
    {},
    ['create', 'a', '--from=--all'],
    2,
    'SOURCE_INVALID',
    [/no commit "--all"/, /branch/],
  ],
  [
    'no project at all',
    {},
    ['create', 'a', '--from', tmpdir()],
    3,
    'PROJECT_NOT_FOUND',
    [/is no project/, /--project/],
  ],
  ['a program there is not', {}, ['run', 'no-such-agent', 'a'], 3, 'AGENT_UNKNOWN', [/no-such-agent$/, /claude/]],
  [
    'a broken project, to a command that would run in it',
    { 'compose.yaml': 'services: [' },
    ['run', 'a', '--', 'true'],
    2,
    'COMPOSE_INVALID',
    [/^compose\.yaml:1:/, /^mend it in/],
  ],
  [
    'faults in berth.toml, all at once',
    { 'berth.toml': '[project]\nnam = "x"\nfiles = "y"\n[env]\nshared = [1]\n[nope]\n' },
    ['create', 'a'],
    2,
    'CONFIG_INVALID',
    [
      /4 faults:\n.*:2:1: unknown key project\.nam \(did you mean name\?\)\n.*:3:1: project\.files.*\n.*:5:11: env\.shared\.0.*\n.*:6:2: unknown key nope/,
      /docs\/reference\/config\.md/,
    ],
  ],
  [
    'TOML that is none',
    { 'berth.toml': 'a = \n' },
    ['up', 'a'],
    2,
    'CONFIG_INVALID',
    [/^berth\.toml has a fault:\n.*:1:5: /, /./],
  ],
  [
    'a name in berth.toml that cannot be',
    { 'berth.toml': '[project]\nname = "../x"\n' },
    ['create', 'a'],
    2,
    'CONFIG_INVALID',
    [/berth\.toml:2:\d+: project\.name/, /./],
  ],
  [
    'an init hook that fails',
    { 'berth.toml': 'env.init = "echo why; exit 9"\n' },
    ['create', 'a'],
    1,
    'HOOK_FAILED',
    [/9/, /./],
  ],
  ['a moment that is none', {}, ['events', '--since', 'soon'], 2, 'USAGE', [/^soon is no moment$/, /10m/]],
  ['an env there is not', {}, ['transcript', 'a'], 3, 'ENV_NOT_FOUND', [/no env is called a$/, /./]],
]

describe('what a project or a command line gets wrong', () => {
  test.each(rows)('%s', async (_, files, args, exitCode, code, [message, hint]) => {
    for (const [path, text] of Object.entries(files)) await project.write(path, text)
    const failure = await failureOf(berth, args, project.directory)
    expect(failure).toMatchObject({ exitCode, code })
    expect(failure.message).toMatch(message ?? /./)
    expect(failure.hint).toMatch(hint ?? /./)
    // it speaks of the user's files: the copy of them is gone
    expect(JSON.stringify(failure)).not.toContain(join(berth.home, 'workspaces'))
    await expectNothingMade(berth)
  })
})

test('an env of another project is not meant where a project is', async () => {
  const other = await makeProject({ 'compose.yaml': good }, { name: 'blog' })
  await berth.ok(['create', 'a'], { cwd: other.directory })
  const failure = await failureOf(berth, ['destroy', 'a', '--yes'], project.directory)
  expect(failure).toMatchObject({ exitCode: 3, code: 'ENV_NOT_FOUND', hint: 'did you mean blog/a?' })
  expect(await berth.ok(['path', 'blog/a'], { cwd: project.directory })).toContain('blog/a')
  expect(await berth.ok(['path', 'a'], { cwd: '/' })).toContain('blog/a')
  await berth.ok(['up', 'a'], { cwd: project.directory })
  expect(await berth.ok(['ls', '--quiet'])).toBe('blog/a\nshop/a\n')
  await berth.ok(['destroy', '--all', '--yes'])
  await other.remove()
})
