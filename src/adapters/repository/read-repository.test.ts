import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { exec } from '../../lib/exec.ts'
import { readRepository } from './read-repository.ts'

let directory = ''
beforeEach(async () => {
  directory = await realpath(await mkdtemp(join(tmpdir(), 'berth-repository-')))
})
afterEach(() => rm(directory, { recursive: true, force: true }))

async function write(files: Record<string, string>): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(directory, path)), { recursive: true })
    await writeFile(join(directory, path), text)
  }
}

const read = () => readRepository({ run: exec }, directory)
const git = (...args: string[]) => execFileSync('git', args, { cwd: directory, stdio: 'pipe' })

const files = {
  '.gitignore': 'dist\n*.log\n',
  'package.json': '{}',
  'a "quoted"\nname/go.mod': 'module x',
  'dist/package.json': '{"built":true}',
  'x.log': '',
}

test('outside of one, repositories below are left alone', async () => {
  await write({
    'package.json': '{}',
    'clones/x/package.json': '{}',
    'clones/x/.git/HEAD': '',
    'own/go.mod': 'module o',
  })
  expect([...(await read()).files].sort()).toEqual(['own/go.mod', 'package.json'])
})

test('in a repository: what git knows or would add, whatever its name', async () => {
  await write(files)
  git('init', '-q')
  git('add', 'package.json')
  await write({ 'new/Cargo.toml': '[package]' })
  const found = await read()
  expect([...found.files].sort()).toEqual(['.gitignore', 'a "quoted"\nname/go.mod', 'new/Cargo.toml', 'package.json'])
  expect(found.texts.get('a "quoted"\nname/go.mod')).toBe('module x')
})

test('a manifest that was removed is gone, though git still lists it', async () => {
  await write(files)
  git('init', '-q')
  git('add', '.')
  await rm(join(directory, 'package.json'))
  const found = await read()
  expect(found.files).not.toContain('package.json')
  expect([...found.texts.keys()]).toEqual(['a "quoted"\nname/go.mod'])
})

test('below the root of a repository: paths from there', async () => {
  await write({ 'sub/package.json': '{}' })
  git('init', '-q')
  const found = await readRepository({ run: exec }, join(directory, 'sub'))
  expect(found.files).toEqual(['package.json'])
})

test('without git: all but what is ignored, and what is never looked into', async () => {
  await write({ ...files, 'node_modules/x/package.json': '{}' })
  const found = await read()
  expect([...found.files].sort()).toEqual(['.gitignore', 'a "quoted"\nname/go.mod', 'package.json'])
})
