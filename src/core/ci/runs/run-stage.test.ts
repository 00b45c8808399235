import { appendFile, mkdtemp, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createFakeStageMachine } from '../../../../tests/fakes/fake-stage-machine.ts'
import type { StagePart } from '../../ports/ci.ts'
import type { Stage } from '../model.ts'
import { runStage, type StageLog } from './run-stage.ts'

let directory: string
let log: StageLog
const parts: StagePart[] = []
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'berth-run-stage-'))
  const file = join(directory, 'log')
  await writeFile(file, '')
  parts.length = 0
  log = {
    file,
    write: (text) => appendFile(file, text),
    size: async () => (await stat(file)).size,
    cut: (size) => truncate(file, size),
    part: undefined,
    savePart: async (part) => void parts.push(part),
  }
})
afterEach(() => rm(directory, { recursive: true }))

const stage: Stage = {
  name: 'lint',
  base: 'lint',
  axes: {},
  command: { argv: ['lint'], text: 'lint' },
  fix: { argv: ['lint', '--fix'], text: 'lint --fix' },
  prepare: null,
  directory: 'web',
  dependsOn: [],
  inputs: [],
  reads: ['TOKEN', 'UNSET'],
  env: { MODE: 'strict' },
  timeoutMs: 5000,
  tool: null,
  required: true,
  enabled: true,
  cached: true,
  source: 'berth.toml',
}
const options = { fix: true, failFast: false, keepGoing: false, parallel: 1, timeoutMs: null }

/** Runs the stage on a machine where its fix and its command end with these codes. */
async function run(fixed: number, linted: number) {
  const program = (argv: readonly string[]) => ({
    output: `${argv.length}\n`,
    exitCode: argv.length > 1 ? fixed : linted,
  })
  const machine = createFakeStageMachine({ program })
  const heard = { note: () => undefined, away: () => undefined, signal: new AbortController().signal }
  const env = { PATH: '/bin', TOKEN: 't', OTHER: 'o' }
  const end = await runStage({ id: 'r-0', stage, machine, log, root: '/r', env, options, secret: 's', ...heard })
  return { end, started: machine.started, said: await readFile(log.file, 'utf8') }
}

test('fix and command, each said before it runs; the machine is told what the stage reads', async () => {
  const { end, started, said } = await run(0, 0)
  expect(end).toEqual({ exitCode: 0, timedOut: false })
  expect(said).toBe('$ lint --fix\n2\n$ lint\n1\n')
  expect(started.map(({ id, directory: place }) => [id, place])).toEqual([
    ['r-0-0', 'web'],
    ['r-0-1', 'web'],
  ])
  expect(started[0]?.ownEnv).toEqual({ TOKEN: 't', MODE: 'strict', CI: 'true', BERTH_CI_STAGE: 'lint', TERM: 'dumb' })
  expect(started[0]?.env).toMatchObject({ PATH: '/bin', OTHER: 'o', MODE: 'strict' })
  expect(started[0]?.secret).not.toBe(started[1]?.secret)
})

test('what fails ends the stage', async () => {
  const { end, said } = await run(3, 0)
  expect([end.exitCode, said]).toEqual([3, '$ lint --fix\n2\n'])
})

test('a later daemon goes on with the part that was under way, and says nothing twice', async () => {
  await writeFile(log.file, '$ lint --fix\n2\n$ lint\nhal')
  log = { ...log, part: { number: 1, start: 15 } }
  const { started, said } = await run(0, 0)
  expect(started.map(({ id, from }) => [id, from])).toEqual([['r-0-1', 3]])
  expect(said).toBe('$ lint --fix\n2\n$ lint\nhal1\n')
  expect(parts).toEqual([])
})
