import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { StageMachine, StageProcess } from '../../src/core/ports/ci.ts'
import { temporaryPrefix } from '../support/temporary.ts'

/** Programs the contract runs: a fake knows them by heart. */
export const stagePrograms = {
  greeting: ['sh', '-c', 'echo "$GREETING"; echo aside >&2'],
  failing: ['sh', '-c', 'echo no; exit 3'],
  forever: ['sleep', '1000'],
  unknown: ['berth-has-no-such-program'],
} as const

/** A machine under test, and a repository here that stages run in. */
export interface StageWorld {
  machine: StageMachine
  root: string
  close(): Promise<void>
}

/** What every StageMachine does. All tests share the machine, as the stages of a run do. */
export function stageMachineContract(open: () => Promise<StageWorld>): void {
  let world: StageWorld
  let directory: string
  let made = 0
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), `${temporaryPrefix}stages-`))
    world = await open()
    await world.machine.prepare(world.root, new AbortController().signal)
  })
  afterAll(async () => {
    await world.close()
    await rm(directory, { recursive: true, force: true })
  })

  /** Runs a program whose log begins with a line of ours. */
  const run = async (argv: readonly string[], more: Partial<StageProcess> = {}, signal?: AbortSignal) => {
    const id = `contract${process.pid}-${made++}`
    const log = join(directory, id)
    await writeFile(log, 'before\n')
    const env = { PATH: process.env['PATH'] ?? '', GREETING: 'hello' }
    const way = { root: world.root, directory: '', env, ownEnv: { GREETING: 'hello' }, timeoutMs: null, from: 0 }
    const heard = { note: () => undefined, away: () => undefined }
    const stage = { id, title: id, argv, secret: id, log, ...way, ...heard, ...more }
    const end = await world.machine.run(stage, signal ?? new AbortController().signal)
    return { end, said: await readFile(log, 'utf8') }
  }

  test('what a program says is appended to the log, and how it ended is told', async () => {
    const { end, said } = await run(stagePrograms.greeting)
    expect(end).toEqual({ exitCode: 0, timedOut: false })
    expect(said).toBe('before\nhello\naside\n')
    expect(await run(stagePrograms.failing)).toEqual({ end: { exitCode: 3, timedOut: false }, said: 'before\nno\n' })
  })

  test('a program that is not there ends as in a shell', async () => {
    const { end, said } = await run(stagePrograms.unknown)
    expect(end).toEqual({ exitCode: 127, timedOut: false })
    expect(said).toMatch(/^before\n.*not found\n$/)
  })

  test('a deadline ends a program, and is told', async () => {
    const { end } = await run(stagePrograms.forever, { timeoutMs: 300 })
    expect(end.timedOut).toBe(true)
  })

  test('an abort ends a program; what is aborted before does not begin', async () => {
    const stop = new AbortController()
    const running = run(stagePrograms.forever, {}, stop.signal).then(({ end }) => end.exitCode !== 0, isAbort)
    stop.abort(new Error('enough'))
    expect(await running).toBe(true)
    await expect(run(stagePrograms.greeting, {}, AbortSignal.abort(new Error('enough')))).rejects.toThrow('enough')
  })

  test('it says what it is, and which tools it has', async () => {
    const platform = await world.machine.platform()
    expect(platform).not.toBe('')
    expect(await world.machine.platform()).toBe(platform)
    const need = (program: string) => ({ program, probe: [], directory: '' })
    const env = { PATH: process.env['PATH'] ?? '' }
    const [sh, none] = await world.machine.tools(world.root, [need('sh'), need(stagePrograms.unknown[0])], env)
    expect(sh).toEqual(expect.any(String))
    expect(none).toBeNull()
  })
}

const isAbort = (error: unknown) => error instanceof Error && error.message === 'enough'
