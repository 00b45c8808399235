/** What a repository that is pushed to takes, what it refuses, and what of a commit it does not get. */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { exec } from '../../src/lib/exec.ts'
import { type DeployWorld, openDeployWorld, shopSettings } from '../support/deploy-world.ts'
import { eventually } from '../support/eventually.ts'
import { images } from '../support/images.ts'
import { must } from '../support/must.ts'

let world: DeployWorld
let remote: string

const web = (command: string) => `
services:
  web:
    image: ${images.busybox}
    command: ${command}
    init: true
    volumes: ["./site:/site"]
    ports: ["18080:80"]
`
const server = 'httpd -f -p 80 -h /site'

beforeAll(async () => {
  world = await openDeployWorld()
  remote = join(world.berth.home, 'remotes', 'default', 'shop')
  await world.project.write('.gitignore', '.env\n')
  await world.project.git('rm', '-q', '--cached', '.env')
  await world.project.write('compose.yaml', web(server))
  await commit('first')
  await run('app', 'remote', 'add', 'shop')
  expect((await push('main')).exitCode).toBe(0)
})
afterAll(() => world?.close())

const run = (...args: string[]) => world.berth.run(args, { cwd: world.project.directory })
const push = (...words: string[]) =>
  exec(['git', 'push', 'berth', ...words], { cwd: world.project.directory, env: world.berth.env })
const commit = async (text: string) => {
  await world.project.git('add', '--all')
  await world.project.git('commit', '--quiet', '--allow-empty', '-m', text)
}
const tip = async () => (await must(['git', '-C', join(remote, 'shop.git'), 'rev-parse', 'main'])).trim()
const page = () => must(['curl', '-s', '-H', 'Host: shop.localhost', `http://127.0.0.1:${world.port}/`])

test('an earlier commit is deployed by force, tags are kept, and nothing else is taken', async () => {
  await world.project.write('site/index.html', 'v2')
  await commit('second')
  await world.project.git('tag', 'v2')
  expect((await push('main', 'v2')).stderr).toContain('note: the tag v2 is kept, and deploys nothing')
  expect((await push('main~1:main')).exitCode).toBe(1)
  const forced = await push('--force', 'main~1:main')
  expect(forced.stderr).toMatch(/remote: note: main leaves [0-9a-f]{7} behind/)
  expect(await page()).toBe('v1')
  const before = await tip()
  for (const [ref, said] of [
    ['main:feature', 'only main is deployed here, not feature'],
    [':main', 'main is what runs of shop, and stays'],
    ['main:refs/notes/x', 'refs/notes/x is no branch and no tag'],
    ['main:refs/heads/$(touch${IFS}x);id', 'only main is deployed here'],
  ] as const)
    expect(await push(ref, '--force')).toMatchObject({ exitCode: 1, stderr: expect.stringContaining(said) })
  expect(await push('-o', 'nonsense', 'main')).toMatchObject({
    exitCode: 1,
    stderr: expect.stringContaining('means nothing'),
  })
  expect(await tip()).toBe(before)
  expect(await must(['sh', '-c', 'ls "$1"/objects | grep -c incoming || true', 'sh', join(remote, 'shop.git')])).toBe(
    '0',
  )
})

test('submodules and files of LFS are told of; what is ignored stays; export-ignore means archives', async () => {
  await writeFile(join(remote, 'shop', '.env'), 'KEPT=1\n')
  const { project } = world
  await project.write('.gitattributes', '*.bin filter=lfs\nsite/about.html export-ignore\n')
  await project.write('large.bin', 'version https://git-lfs.github.com/spec/v1\n')
  await project.write('site/about.html', 'about')
  const head = (await project.git('rev-parse', 'HEAD')).trim()
  await commit('more')
  await project.git('update-index', '--add', '--cacheinfo', `160000,${head},vendor/lib`)
  await project.git('commit', '--quiet', '-m', 'a submodule')
  const { exitCode, stderr } = await push('--force', 'main')
  expect(stderr).toContain('submodules are not pushed along, and empty here: vendor/lib')
  expect(stderr).toContain('files of Git LFS are not pushed along, and only pointers here: large.bin')
  expect(exitCode).toBe(0)
  expect(await readFile(join(remote, 'shop', 'site', 'about.html'), 'utf8')).toBe('about')
  expect(await readFile(join(remote, 'shop', '.env'), 'utf8')).toBe('KEPT=1\n')
  await project.git('rm', '-q', '--cached', 'vendor/lib')
})

test('of two at once one is refused; a pusher who leaves is not taken, and the next push finds it done', async () => {
  await world.project.write('compose.yaml', web(`sh -c "until test -e /tmp/go; do sleep 0.1; done; ${server}"`))
  await world.project.write('berth.toml', shopSettings.replace('timeout = 10', 'timeout = 120'))
  await commit('slow')
  const leave = new AbortController()
  const first = exec(['git', 'push', 'berth', 'main'], {
    cwd: world.project.directory,
    env: world.berth.env,
    signal: leave.signal,
    onLine: (line) => void (line.includes('deploying') && begun.resolve()),
  })
  const begun = Promise.withResolvers<void>()
  await begun.promise
  expect(await push('main')).toMatchObject({
    exitCode: 1,
    stderr: expect.stringMatching(/is pushing to shop|is deploying shop/),
  })
  leave.abort()
  await first.catch(() => undefined)
  const live = async () => (await world.berth.data<{ app: { lockedBy: string | null } }>(['app', 'status', 'shop'])).app
  await eventually(async () => {
    // the new one waits for it; one that is just ending takes it no more
    for (const id of await world.containers('web')) await exec(['docker', 'exec', id, 'touch', '/tmp/go'])
    expect((await live()).lockedBy).toBeNull()
  })
  await eventually(async () => {
    const again = await push('main')
    expect(again.stderr).toContain('nothing had changed')
    expect(again.exitCode).toBe(0)
  })
})

test('a hook of somebody else is mended, what is left of a remote goes, and another remote is never overwritten', async () => {
  await writeFile(join(remote, 'shop.git', 'hooks', 'pre-receive'), '#!/bin/sh\n')
  await must(['mkdir', '-p', join(remote, '..', 'lost', 'lost.git')])
  const kinds = async (...flags: string[]) => {
    const { stdout } = await run('doctor', ...flags, '--json')
    const { findings } = (JSON.parse(stdout) as { data: { findings: { kind: string }[] } }).data
    return findings.map(({ kind }) => kind).filter((kind) => kind.includes('remote'))
  }
  expect((await kinds()).toSorted()).toEqual(['orphaned-remote', 'remote-hook'])
  await kinds('--fix')
  expect(await kinds()).toEqual([])
  await world.project.git('remote', 'add', 'other', '/elsewhere')
  expect(await run('app', 'remote', 'add', 'shop', '--name', 'other')).toMatchObject({ exitCode: 4 })
  expect(await run('app', 'remote', 'add', 'shop', '--branch', 'a..b')).toMatchObject({ exitCode: 2 })
  expect(await run('app', 'remote', 'add', '../x', '--name', 'x')).toMatchObject({ exitCode: 2 })
  expect(await run('app', 'remote', 'rm', 'shop')).toMatchObject({ exitCode: 4 })
  await world.berth.ok(['app', 'rm', 'shop', '--yes'])
  expect((await run('app', 'remote', 'ls', '--quiet')).stdout.trim()).toBe('')
})
