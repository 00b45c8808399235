/** `berth ci init` and the hooks of git. */
import { chmod, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { exec } from '../../src/lib/exec.ts'
import { openBerth, type TestBerth } from '../support/berth.ts'
import { must } from '../support/must.ts'
import { makeRepository, type TestRepository } from '../support/repository.ts'

const packageJson = JSON.stringify({ scripts: { lint: 'node lint.js', test: 'node test.js' } })
const files = {
  'package.json': packageJson,
  'lint.js': 'console.log("lint ran")',
  'test.js': 'console.log("test ran")',
}

let berth: TestBerth
let repository: TestRepository
beforeEach(async () => {
  berth = await openBerth()
  repository = await makeRepository(berth, files)
})
afterEach(async () => {
  await berth.close()
  await repository.remove()
})

const path = (name: string) => join(repository.directory, name)
const exists = (name: string) =>
  stat(path(name)).then(
    () => true,
    () => false,
  )

describe('init', () => {
  test('writes what it found, and berth ci runs as before', async () => {
    expect(await repository.berth(['ci', 'init'])).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining('for lint, test'),
    })
    const text = await repository.read('berth.toml')
    expect(text).toContain('#   lint  npm run lint\n')
    expect(text).toContain('[ci.profiles.pre-commit]\nstages = ["lint"]\n')
    const { exitCode, stdout } = await repository.berth(['ci'])
    expect({ exitCode, both: /lint ran[^]*test ran/.test(stdout) }).toEqual({ exitCode: 0, both: true })
  })

  test.each([
    ['with an end of line', '# mine\n[project]\nname = "x" # stays\n'],
    ['without one', '[project]\r\nname = "x"'],
  ])('a berth.toml that is there keeps every byte: %s', async (_, before) => {
    await repository.write({ 'berth.toml': before })
    await repository.berth(['ci', 'init'])
    const after = await repository.read('berth.toml')
    expect(after.startsWith(before)).toBe(true)
    expect(after.slice(before.length)).toMatch(/^\n\n?\[ci\]\n/)
    expect((await repository.berth(['ci', '--list'])).exitCode).toBe(0)
  })

  test.each([
    ['berth.toml', '[ci.stages.own]\ncommand = "true"\n'],
    ['.local-ci.toml', '[stages.own]\ncommand = ["true"]\n'],
  ])('where %s says how the checks run nothing is written', async (name, text) => {
    await repository.write({ [name]: text })
    const { exitCode, stdout } = await repository.berth(['ci', 'init'])
    expect({ exitCode, stdout }).toEqual({
      exitCode: 0,
      stdout: `${path(name)} says already how the checks run; it is as it was\n`,
    })
    expect(await repository.read(name)).toBe(text)
    expect(await exists('berth.toml')).toBe(name === 'berth.toml')
  })

  test('--dry-run writes nothing', async () => {
    const { stdout } = await repository.berth(['ci', 'init', '--dry-run', '--hook', 'pre-push'])
    expect(stdout).toContain('[ci]\n')
    expect(await exists('berth.toml')).toBe(false)
    expect(await exists('.git/hooks/pre-push')).toBe(false)
  })

  test('nothing to detect, and a file that is no TOML', async () => {
    await repository.write({ 'berth.toml': '[project\n' })
    expect(await repository.berth(['ci', 'init'])).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('is no TOML'),
    })
    await rm(path('berth.toml'))
    await rm(path('package.json'))
    expect(await repository.berth(['ci', 'init'])).toMatchObject({ exitCode: 3 })
    expect(await exists('berth.toml')).toBe(false)
  })
})

describe('hooks', () => {
  const bin = join(import.meta.dirname, '..', '..', 'bin')

  /** Commits as a person does, with berth on the PATH or not. */
  const commit = (options: { withBerth?: boolean; env?: Record<string, string> } = {}) => {
    const path = `${(options.withBerth ?? true) ? `${bin}:` : ''}${process.env['PATH']}`
    const name = { GIT_AUTHOR_NAME: 'A', GIT_COMMITTER_NAME: 'A', GIT_AUTHOR_EMAIL: 'a@x', GIT_COMMITTER_EMAIL: 'a@x' }
    const env = { ...berth.env, ...name, ...options.env, PATH: path }
    return exec(['git', 'commit', '--allow-empty', '-q', '-m', 'x'], { cwd: repository.directory, env })
  }
  const install = (hook = 'pre-commit') => repository.berth(['ci', 'hook', 'install', hook])

  test('a commit waits for the checks, and one that fails refuses it', async () => {
    expect(await install()).toMatchObject({ exitCode: 0 })
    const good = await commit()
    expect(good).toMatchObject({ exitCode: 0 })
    expect(good.stdout + good.stderr).toMatch(/lint ran[^]*test ran/)
    await repository.write({ 'test.js': 'process.exit(3)' })
    const bad = await commit()
    expect(bad.exitCode).not.toBe(0)
    expect(bad.stderr).toContain('pre-commit refused; git commit --no-verify goes on without the checks')
    expect((await repository.git('log', '--oneline')).split('\n')).toHaveLength(1)
  })

  test('the profile of its name is what it runs', async () => {
    await repository.berth(['ci', 'init', '--hook', 'pre-commit'])
    await repository.write({ 'test.js': 'process.exit(3)' })
    const { exitCode, stdout, stderr } = await commit()
    expect(exitCode).toBe(0)
    expect(stdout + stderr).toContain('lint ran')
  })

  test('nothing is refused without berth, without a tool, without checks', async () => {
    await install()
    expect(await commit({ withBerth: false })).toMatchObject({
      exitCode: 0,
      stderr: expect.stringContaining('berth is not installed here: checks skipped'),
    })
    await repository.write({ 'package.json': '{}' })
    expect(await commit()).toMatchObject({ exitCode: 0, stderr: expect.stringContaining('checks skipped') })
    await repository.write({ 'package.json': packageJson, 'pnpm-lock.yaml': '' })
    const without = await must(['sh', '-c', 'command -v pnpm || true'])
    if (without === '') expect(await commit()).toMatchObject({ exitCode: 0 })
  })

  test('a hook that is there runs first, can refuse, and comes back', async () => {
    const before = '#!/bin/sh\necho "before ran: $#" >&2\n[ ! -e refuse ]\n'
    await writeFile(path('.git/hooks/pre-commit'), before)
    await chmod(path('.git/hooks/pre-commit'), 0o755)
    expect((await install()).stdout).toContain('after the hook that was there before')
    expect((await install()).stdout).toContain('after the hook that was there before')
    const good = await commit()
    expect(good.stdout + good.stderr).toMatch(/before ran: 0[^]*test ran/)
    await writeFile(path('refuse'), '')
    const bad = await commit()
    expect(bad.exitCode).not.toBe(0)
    expect(bad.stdout + bad.stderr).not.toContain('::group::')
    await repository.berth(['ci', 'hook', 'uninstall', 'pre-commit'])
    expect(await readFile(path('.git/hooks/pre-commit'), 'utf8')).toBe(before)
    expect(await exists('.git/hooks/pre-commit.before-berth')).toBe(false)
    expect(await repository.berth(['ci', 'hook', 'uninstall', 'pre-commit'])).toMatchObject({ exitCode: 4 })
    expect(await readFile(path('.git/hooks/pre-commit'), 'utf8')).toBe(before)
  })

  test('core.hooksPath is where it goes; a tracked hook and hooks of everybody are left alone', async () => {
    await repository.git('config', 'core.hooksPath', 'hooks here')
    await install()
    expect(await exists('hooks here/pre-commit')).toBe(true)
    expect(await commit()).toMatchObject({ exitCode: 0 })
    await mkdir(path('tracked'))
    await writeFile(path('tracked/pre-commit'), '#!/bin/sh\n')
    await repository.git('add', 'tracked')
    await repository.git('config', 'core.hooksPath', 'tracked')
    expect(await install()).toMatchObject({
      exitCode: 4,
      stderr: expect.stringContaining('yourself: berth ci hook run pre-commit'),
    })
    expect(await repository.read('tracked/pre-commit')).toBe('#!/bin/sh\n')
  })

  test('the hooks of all repositories are not ours to change', async () => {
    const own = await openBerth({ env: { HOME: repository.directory } })
    try {
      await mkdir(path('everywhere'))
      await writeFile(path('.gitconfig'), `[core]\nhooksPath = ${path('everywhere')}\n`)
      const refused = await own.run(['ci', 'hook', 'install', 'pre-push'], { cwd: repository.directory })
      expect(refused).toMatchObject({ exitCode: 4, stderr: expect.stringContaining('hooks of all your repositories') })
      expect(await exists('everywhere/pre-push')).toBe(false)
    } finally {
      await own.close()
    }
  })

  test('a push waits for the checks too', async () => {
    await install('pre-push')
    await commit()
    await must(['git', 'init', '-q', '--bare', path('remote.git')])
    await repository.write({ 'test.js': 'process.exit(1)' })
    const push = () =>
      exec(['git', 'push', '-q', path('remote.git'), 'main'], {
        cwd: repository.directory,
        env: { ...berth.env, PATH: `${bin}:${process.env['PATH']}` },
      })
    expect((await push()).exitCode).not.toBe(0)
    await repository.write({ 'test.js': '' })
    expect(await push()).toMatchObject({ exitCode: 0 })
    expect(await repository.berth(['ci', 'hook'])).toMatchObject({
      stdout: expect.stringMatching(/pre-commit runs nothing[^]*pre-push runs berth ci/),
    })
  })

  test('outside of a repository', async () => {
    const { exitCode } = await berth.run(['ci', 'hook', 'install', 'pre-commit'], { cwd: berth.home })
    expect(exitCode).toBe(3)
  })
})
