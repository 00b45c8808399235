import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readdir, realpath, rm, symlink, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createLocalHost } from '../../../src/adapters/host/local-host.ts'
import { collectBuilds } from '../../../src/core/machines/collect-builds.ts'
import { temporaryPrefix } from '../../support/temporary.ts'

let home: string
beforeEach(async () => {
  home = await realpath(await mkdtemp(join(tmpdir(), `${temporaryPrefix}builds-`)))
})
afterEach(() => rm(home, { recursive: true, force: true }))

/** A build of so many hours ago, with its runtime. */
async function place(version: string, hours: number, runtime: string) {
  const at = new Date(Date.now() - hours * 3_600_000)
  for (const directory of [`versions/${version}/bin`, `runtimes/${runtime}`])
    await mkdir(join(home, directory), { recursive: true })
  await symlink(`../../runtimes/${runtime}`, join(home, 'versions', version, 'runtime'))
  for (const directory of [`versions/${version}`, `runtimes/${runtime}`]) await utimes(join(home, directory), at, at)
}

async function use(version: string) {
  await mkdir(join(home, 'bin'), { recursive: true })
  await writeFile(join(home, 'bin/berth'), `#!/bin/sh\nexec "${home}/versions/${version}/bin/berth" "$@"\n`)
}

const collect = (dryRun = false) => collectBuilds(createLocalHost(), home, { dryRun })
const left = async (kind: 'versions' | 'runtimes') => (await readdir(join(home, kind))).toSorted()

test('the build in use and the one before it stay, with their runtimes; older ones go', async () => {
  await place('0.1.0+a', 40, 'old')
  await place('0.1.0+b', 30, 'middle')
  await place('0.1.0+c', 20, 'middle')
  await place('0.1.0+d', 10, 'new')
  await use('0.1.0+d')
  const named = (all: { kind: string; path: string }[]) => all.map(({ kind, path }) => `${kind} ${path}`)
  const wanted = ['build versions/0.1.0+b', 'build versions/0.1.0+a', 'runtime runtimes/old'].map((text) =>
    text.replace(' ', ` ${home}/`),
  )
  expect(named(await collect(true))).toEqual(wanted)
  expect(await left('versions')).toHaveLength(4)
  expect(named(await collect())).toEqual(wanted)
  expect(await left('versions')).toEqual(['0.1.0+c', '0.1.0+d'])
  expect(await left('runtimes')).toEqual(['middle', 'new'])
  expect(await collect()).toEqual([])
})

test('what a process runs stays until it ends; so does what is being placed', async () => {
  for (const [at, version] of ['0.1.0+a', '0.1.0+b', '0.1.0+c'].entries())
    await place(version, 40 - at, version.slice(-1))
  await use('0.1.0+c')
  await mkdir(join(home, 'versions/0.1.0+d.part.x1'))
  const program = join(home, 'versions/0.1.0+a/bin/berthd')
  await writeFile(program, '#!/bin/sh\nread line\n', { mode: 0o755 })
  const child = spawn(program, { stdio: ['pipe', 'ignore', 'ignore'] })
  try {
    expect(await collect()).toEqual([])
    child.stdin.end('\n')
    await once(child, 'exit')
    expect((await collect()).map(({ path }) => path)).toEqual([`${home}/versions/0.1.0+a`, `${home}/runtimes/a`])
  } finally {
    child.kill('SIGKILL')
  }
})

test('a home nobody has sent anything to', async () => {
  expect(await collect()).toEqual([])
})
