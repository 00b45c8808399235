import { execFileSync } from 'node:child_process'
import { appendFileSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { plainRepository } from '../../../src/adapters/workspaces/plain-repository.ts'
import { temporaryPrefix } from '../../support/temporary.ts'

let root: string
const at = (path: string) => join(root, path)
const git = (...args: string[]) =>
  execFileSync('git', ['-C', root, ...args], { encoding: 'utf8', stdio: 'pipe' }).trim()
const read = () => plainRepository(root)
/** What git itself says. */
const asGit = () => ({
  top: git('rev-parse', '--show-toplevel'),
  prefix: git('rev-parse', '--show-prefix'),
  gitDirectory: git('rev-parse', '--absolute-git-dir'),
  commonDirectory: git('rev-parse', '--path-format=absolute', '--git-common-dir'),
  head: git('rev-parse', 'HEAD'),
})

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), `${temporaryPrefix}plain-`))
  git('init', '--quiet', '--initial-branch=main')
  git('-c', 'user.name=A', '-c', 'user.email=a@example.com', 'commit', '--quiet', '--allow-empty', '--message', 'one')
})

afterEach(() => rmSync(root, { recursive: true }))

test('says what git says, wherever HEAD leads', async () => {
  expect(await read()).toEqual(asGit())
  git('pack-refs', '--all')
  expect(await read()).toEqual(asGit())
  git('checkout', '--quiet', '-b', 'deep/er')
  git('-c', 'user.name=A', '-c', 'user.email=a@example.com', 'commit', '--quiet', '--allow-empty', '--message', 'two')
  expect(await read()).toEqual(asGit())
  git('checkout', '--quiet', '--detach', 'main')
  expect(await read()).toEqual(asGit())
})

test.each<[string, () => void]>([
  ['no commit yet', () => git('checkout', '--quiet', '--orphan', 'none')],
  ['files elsewhere', () => git('config', 'core.worktree', tmpdir())],
  ['settings from another file', () => git('config', 'include.path', '../more')],
  ['another way to keep things', () => git('config', 'extensions.worktreeConfig', 'true')],
  ['no files at all', () => git('config', 'core.bare', 'true')],
  ['a branch that is another', () => git('symbolic-ref', 'refs/heads/main', 'refs/heads/other')],
  ['a setting written in an odd way', () => appendFileSync(at('.git/config'), '[core] worktree=/\n')],
  ['HEAD cut short', () => writeFileSync(at('.git/HEAD'), '')],
  ['HEAD that leads out', () => writeFileSync(at('.git/HEAD'), 'ref: refs/heads/../../../x\n')],
  ['a directory without a repository', () => renameSync(at('.git'), at('git'))],
  [
    'a repository elsewhere',
    () => {
      renameSync(at('.git'), at('git'))
      writeFileSync(at('.git'), 'gitdir: git\n')
    },
  ],
  [
    'a directory that only looks like one',
    () => {
      renameSync(at('.git'), at('git'))
      mkdirSync(at('.git'))
    },
  ],
])('leaves %s to git', async (_, make) => {
  make()
  expect(await read()).toBeNull()
})
