/** Where `berth ci` takes its stages from, and what it says of config that cannot be. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openBerth, type TestBerth } from '../support/berth.ts'
import { makeProject, type TestProject } from '../support/project.ts'

let berth: TestBerth
let project: TestProject | undefined

beforeEach(async () => {
  berth = await openBerth()
})
afterEach(async () => {
  await berth.close()
  await project?.remove()
  project = undefined
})

const ci = (...args: string[]) => berth.run(['ci', ...args], { cwd: project?.directory ?? '/' })

describe('what cannot be', () => {
  const cases: [string, string, string[], number, string[]][] = [
    [
      'an unknown stage',
      '[ci.stages.test]\ncommand="true"',
      ['tset'],
      3,
      ['no stage is called tset', 'did you mean test?'],
    ],
    [
      'a circle',
      '[ci.stages.a]\ncommand="true"\ndepends_on=["b"]\n[ci.stages.b]\ncommand="true"\ndepends_on=["a"]',
      [],
      2,
      ['a → b → a'],
    ],
    [
      'an unselected dependency',
      '[ci.stages.a]\ncommand="true"\n[ci.stages.b]\ncommand="true"\ndepends_on=["a"]',
      ['b'],
      2,
      ['b depends on a', 'berth ci a b'],
    ],
    [
      'an unknown dependency',
      '[ci.stages.lint]\ncommand="true"\ndepends_on=["biuld"]\n[ci.stages.build]\ncommand="true"',
      [],
      3,
      ['did you mean build?'],
    ],
    [
      'an unknown profile',
      '[ci.stages.a]\ncommand="true"\n[ci.profiles.quick]\nstages=["a"]',
      ['--profile', 'quik'],
      3,
      ['did you mean quick?'],
    ],
    [
      'every fault of the file',
      '[ci.stages.a]\ncomand="true"\ntimeout="soon"',
      [],
      2,
      ['berth.toml:2:1', 'did you mean command?', 'berth.toml:3:1', 'duration'],
    ],
    ['a stage without a command', '[ci.stages.a]\ntimeout="1m"', [], 2, ['stage a has no command']],
    ['an odd deadline', '[ci.stages.a]\ncommand="true"', ['--timeout', 'soon'], 2, ['--timeout soon']],
    ['no machine', '[ci.stages.a]\ncommand="true"', ['--on', ''], 2, ['--on names no machine']],
    ['no session', '[ci.stages.a]\ncommand="true"', ['--on', 'h', '--session', ' '], 2, ['--session needs a name']],
    ['no stage at once', '[ci.stages.a]\ncommand="true"', ['--parallel', '0'], 2, ['from 1 to 64 stages']],
    ['no patience', '[ci.stages.a]\ncommand="true"', ['--on', 'h', '--patience', 'long'], 2, ['--patience long is no']],
    ['both flags', '[ci.stages.a]\ncommand="true"', ['--fail-fast', '--keep-going'], 2, ['exclude each other']],
  ]
  test.each(cases)('%s is said before anything runs', async (_title, toml, args, exitCode, said) => {
    project = await makeProject({ 'berth.toml': toml })
    const result = await ci(...args)
    expect(result).toMatchObject({ exitCode, stdout: '' })
    for (const text of said) expect(result.stderr).toContain(text)
  })

  test('two config files that disagree are both named, with lines', async () => {
    project = await makeProject({
      'berth.toml': '[ci.stages.test]\ncommand = "echo one"\ntimeout = 10\n',
      '.local-ci.toml': '[stages.test]\ncmd = ["echo", "two"]\ntimeout = 10\nenabled = true\n',
    })
    const { stderr, exitCode } = await ci()
    expect(exitCode).toBe(2)
    expect(stderr).toContain('.local-ci.toml:2:1: stage test: command differs from that in berth.toml')
    expect(stderr).toContain('berth.toml:2:1: stage test: command differs from that in .local-ci.toml')
  })
})

test('.local-ci.toml is read as it is', async () => {
  project = await makeProject({
    '.local-ci.toml': `[stages.fmt]
cmd = ["echo", "checked"]
fix_cmd = ["sh", "-c", "echo fixed > src.rs"]
timeout = 60
enabled = true
[stages.slow]
command = ["echo", "slow"]
enabled = false
[stage_order]
stages = ["slow", "fmt"]
[profiles.all]
stages = ["slow", "fmt"]
`,
    'src.rs': 'x',
  })
  expect((await ci()).stdout).toContain('1 stage: 1 passed')
  expect((await ci('--profile', 'all')).stdout).toMatch(/group::slow[^]*group::fmt/)
  expect((await ci('--fix')).stdout).toContain(`$ sh -c 'echo fixed > src.rs'\n$ echo checked\nchecked\n`)
  expect(await readFile(join(project.directory, 'src.rs'), 'utf8')).toBe('fixed\n')
})

test('a repository without a config runs what it shows; a missing tool skips a stage and says how to install it', async () => {
  const scripts = { lint: 'echo linted', test: 'node -e "console.log(1+1)"' }
  project = await makeProject({ 'package.json': JSON.stringify({ scripts }), Gemfile: '', Rakefile: 'task :test' })
  const { stdout } = await ci('--list')
  expect(stdout).toContain('npm run lint')
  const run = await ci('lint')
  expect(run).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('linted') as string })
})
