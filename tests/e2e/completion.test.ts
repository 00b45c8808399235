/** Completion of a line in a shell, and manual pages. */
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { exec } from '../../src/lib/exec.ts'
import { openBerth, type TestBerth } from '../support/berth.ts'
import { ensureImages, images } from '../support/images.ts'
import { must } from '../support/must.ts'
import { makeProject, type TestProject } from '../support/project.ts'
import { temporaryPrefix } from '../support/temporary.ts'

const service = `{ image: "${images.busybox}", command: sleep 100000, init: true }`

let berth: TestBerth
let project: TestProject

beforeAll(async () => {
  await ensureImages(['busybox'])
  const compose = `services: { web: ${service}, store: ${service} }\n`
  ;[berth, project] = await Promise.all([openBerth(), makeProject({ 'compose.yaml': compose }, { name: 'shop' })])
  await ok('up', 'feat-a')
})
afterAll(() => Promise.all([berth.close(), project.remove()]))

const ok = (...args: string[]) => berth.ok(args, { cwd: project.directory })

/** Runs a line of bash with this berth on its PATH. */
const bash = (line: string) =>
  exec(['bash', '-c', line], {
    env: { ...berth.env, PATH: `${join(import.meta.dirname, '..', '..', 'bin')}:${process.env['PATH']}` },
  })

describe('completion', () => {
  const proposals = async (...words: string[]) =>
    (await ok('__complete', 'zsh', ...words)).split('\n').flatMap((line) => line.split('\t')[0] || [])

  test('names of the moment: envs, their services, projects', async () => {
    expect(await proposals('down', '')).toEqual(['feat-a', 'shop/feat-a'])
    expect(await proposals('logs', 'feat-a', 'st')).toEqual(['store'])
    expect(await proposals('up', '--project=')).toEqual(['--project=shop'])
  })

  test('a bash that was taught completes a line', async () => {
    const { stdout } = await bash(
      'eval "$(berth completion bash)"; COMP_WORDS=(berth down --project = sh); COMP_CWORD=4; _berth; echo "${COMPREPLY[@]}"; COMP_WORDS=(berth des); COMP_CWORD=1; _berth; echo "${COMPREPLY[@]}"',
    )
    expect(stdout).toBe('shop\ndestroy\n')
  })

  test('without a daemon it starts none and says nothing', async () => {
    const other = await openBerth()
    const files = await readdir(other.home)
    const { exitCode, stdout, stderr } = await other.run(['__complete', 'bash', 'up', ''])
    expect({ exitCode, stdout, stderr, files: await readdir(other.home) }).toEqual({
      exitCode: 0,
      stdout: '',
      stderr: '',
      files,
    })
    await other.close()
  })
})

test('man takes every page without a warning', async () => {
  const scratch = await mkdtemp(join(tmpdir(), `${temporaryPrefix}man-`))
  await ok('man', '--dir', scratch)
  const pages = (await readdir(scratch)).filter((file) => file.endsWith('.1'))
  expect(pages.length).toBeGreaterThan(20)
  const warnings = await Promise.all(
    pages.map((page) => exec(['groff', '-man', '-Tutf8', '-Kutf8', '-ww', join(scratch, page)])),
  )
  expect(warnings.map(({ stderr }) => stderr).join('')).toBe('')
  expect(await must(['groff', '-man', '-Tascii', join(scratch, 'berth-up.1')])).toContain('berth-up')
  await rm(scratch, { recursive: true })
})
