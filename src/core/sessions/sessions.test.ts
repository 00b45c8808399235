import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createFakeMultiplexer, type FakeMultiplexer } from '../../../tests/fakes/fake-multiplexer.ts'
import { createFakeStore } from '../../../tests/fakes/fake-store.ts'
import { sampleEnv } from '../../../tests/support/sample-env.ts'
import { createLocalTranscripts } from '../../adapters/transcripts/local-transcripts.ts'
import { createKeyedLock } from '../../lib/keyed-lock.ts'
import { createEventLog } from '../events/event-log.ts'
import type { Store } from '../ports.ts'
import { attachSession } from './attach-session.ts'
import type { SessionDeps } from './deps.ts'
import { countRunningSessions, listSessions } from './list-sessions.ts'
import { noticeEnds } from './notice-ends.ts'
import { orphanSessions } from './orphan-sessions.ts'
import { readTranscript, type TranscriptRequest } from './read-transcript.ts'
import { removeSessions } from './remove-sessions.ts'
import { type StartSessionRequest, startSession } from './start-session.ts'
import { stopSession } from './stop-session.ts'

const env = { id: 'abc123', project: 'shop', name: 'feat-a' }
let directory = ''
let multiplexer: FakeMultiplexer
let deps: SessionDeps
let store: Store
let now = 0

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'berth-sessions-'))
  now = Date.UTC(2026, 0, 1)
  const clock = { now: () => new Date(now), wait: async (ms: number) => void (now += ms) }
  store = createFakeStore({ clock })
  await store.addEnv(sampleEnv({ ...env, workspace: directory }))
  multiplexer = createFakeMultiplexer((argv) =>
    argv[0] === 'true' ? { output: 'one\ntwo\nthree\n', exitCode: 0 } : 'forever',
  )
  deps = {
    store,
    events: createEventLog(store.events, (event) => event),
    multiplexer,
    transcripts: createLocalTranscripts(),
    programs: {
      find: async (program) => (program === 'missing' ? undefined : `/bin/${program}`),
      loginEnvironment: async () => ({}),
    },
    clock,
    locks: createKeyedLock(),
    paths: { sessions: (envId) => join(directory, envId, 'sessions') },
  }
})
afterEach(() => rm(directory, { recursive: true, force: true }))

const claude = (): StartSessionRequest => ({
  env,
  agent: 'claude',
  argv: ['claude', 'fix it'],
  directory,
  environment: { PATH: '/bin', KEY: 'value' },
})
const plain = (...argv: string[]): StartSessionRequest => ({ ...claude(), agent: null, argv })
const start = async (request: StartSessionRequest) => (await startSession(deps, request)).session
async function transcript(request: Partial<TranscriptRequest>): Promise<string> {
  const pieces = []
  for await (const { bytes } of readTranscript(deps, { env, ...request })) pieces.push(bytes)
  return Buffer.concat(pieces).toString()
}

describe('starting', () => {
  test('gives the command to the multiplexer under the agent’s name', async () => {
    const { session, started } = await startSession(deps, { ...claude(), columns: 200, rows: 50 })
    expect(started).toBe(true)
    expect(session).toMatchObject({
      id: 'abc123-claude',
      name: 'claude',
      project: 'shop',
      env: 'feat-a',
      state: 'running',
    })
    expect(multiplexer.started).toMatchObject([
      {
        id: 'abc123-claude',
        title: 'shop/feat-a claude',
        argv: ['claude', 'fix it'],
        directory,
        columns: 200,
        rows: 50,
      },
    ])
    expect(multiplexer.started[0]?.env).toEqual({ PATH: '/bin', KEY: 'value' })
  })

  test('again finds the running session, whatever the prompt', async () => {
    await start(claude())
    const again = await startSession(deps, { ...claude(), argv: ['claude', 'something else'] })
    expect(again).toMatchObject({ started: false, session: { name: 'claude', argv: ['claude', 'fix it'] } })
    expect(multiplexer.started).toHaveLength(1)
  })

  test('twenty times at once starts one', async () => {
    const results = await Promise.all(Array.from({ length: 20 }, () => startSession(deps, claude())))
    expect(results.filter(({ started }) => started)).toHaveLength(1)
    expect(multiplexer.started).toHaveLength(1)
  })

  test('a plain command is found again by its arguments, and named after its program', async () => {
    expect(await start(plain('/usr/bin/npm', 'run', 'dev'))).toMatchObject({ name: 'npm', agent: null })
    expect(await start(plain('/usr/bin/npm', 'run', 'dev'))).toMatchObject({ name: 'npm' })
    expect(await start(plain('/usr/bin/npm', 'run', 'test'))).toMatchObject({ name: 'npm-2' })
    expect(await start(plain('日本'))).toMatchObject({ name: 'session' })
  })

  test('another one of the same is numbered, and so is the next after one has ended', async () => {
    await start(claude())
    expect(await start({ ...claude(), another: true })).toMatchObject({ name: 'claude-2' })
    await multiplexer.end('abc123-claude', 'done\n', 0)
    await multiplexer.end('abc123-claude-2', 'done\n', 0)
    expect(await start(claude())).toMatchObject({ name: 'claude-3' })
    expect(await transcript({ name: 'claude' })).toBe('done\r\n')
  })

  test('a program that is not installed leaves nothing behind', async () => {
    const missing = startSession(deps, plain('missing'))
    await expect(missing).rejects.toMatchObject({
      code: 'AGENT_UNKNOWN',
      message: 'no agent or program is called missing',
    })
    const agent = startSession(deps, { ...claude(), argv: ['missing'] })
    await expect(agent).rejects.toMatchObject({ code: 'AGENT_UNKNOWN', hint: /install missing/ })
    expect(await listSessions(deps)).toEqual([])
  })

  test('a session that cannot be started leaves no record', async () => {
    const nowhere = startSession(deps, { ...claude(), directory: join(directory, 'nowhere') })
    await expect(nowhere).rejects.toMatchObject({ code: 'SESSION_FAILED' })
    expect(await listSessions(deps)).toEqual([])
  })
})

describe('listing', () => {
  test('tells running, exited and lost apart', async () => {
    await start(claude())
    await start(plain('true'))
    await start(plain('sleep', '5'))
    await start({ ...claude(), argv: ['codex'], agent: 'codex' })
    await multiplexer.end('abc123-sleep', '', 143)
    const states = async () =>
      (await listSessions(deps)).map(({ name, state, exitCode }) => `${name} ${state} ${exitCode}`).sort()
    expect(await states()).toEqual(['claude running null', 'codex running null', 'sleep exited 143', 'true exited 0'])
    expect(await countRunningSessions(deps)).toEqual(new Map([['abc123', 2]]))
    multiplexer.crash()
    now += 10_000
    expect(await states()).toEqual(['claude lost null', 'codex lost null', 'sleep exited 143', 'true exited 0'])
    expect(await listSessions(deps, { envId: 'other' })).toEqual([])
  })
})

describe('stopping', () => {
  test('ends it and keeps its transcript', async () => {
    await start(claude())
    expect(await stopSession(deps, { env })).toMatchObject({ name: 'claude', state: 'exited', exitCode: 143 })
    expect(await stopSession(deps, { env, name: 'claude' })).toMatchObject({ state: 'exited' })
  })

  test('of what is not there says so, and what was meant', async () => {
    await expect(stopSession(deps, { env })).rejects.toMatchObject({ code: 'SESSION_NOT_FOUND' })
    await start(claude())
    const wrong = stopSession(deps, { env, name: 'cluade' })
    await expect(wrong).rejects.toMatchObject({ code: 'SESSION_NOT_FOUND', hint: 'did you mean claude?' })
  })

  test('all of an env leaves no record, file or process', async () => {
    await start(claude())
    await start(plain('true'))
    await multiplexer.start({ ...(multiplexer.started[0] as StartSessionRequestOf), id: 'abc123-unknown' })
    expect(await orphanSessions(deps)).toMatchObject([{ id: 'abc123-unknown' }])
    await removeSessions(deps, env.id)
    await removeSessions(deps, env.id)
    expect(await listSessions(deps)).toEqual([])
    expect(await multiplexer.list()).toEqual([])
    expect(await deps.transcripts.size(join(directory, 'abc123', 'sessions', 'true.log'))).toBe(0)
  })
})
type StartSessionRequestOf = FakeMultiplexer['started'][number]

describe('attaching', () => {
  test('joins the running session that was started last', async () => {
    await start(claude())
    now += 1000
    await start(plain('bash'))
    now += 1000
    await start(plain('true'))
    expect(await attachSession(deps, { env })).toMatchObject({ argv: ['attach', 'abc123-bash'] })
    expect(await attachSession(deps, { env, name: 'claude' })).toMatchObject({ argv: ['attach', 'abc123-claude'] })
  })

  test('to one that has ended says how, and where to look', async () => {
    await start(plain('true'))
    await expect(attachSession(deps, { env })).rejects.toMatchObject({
      code: 'SESSION_NOT_FOUND',
      message: 'session true of feat-a has ended (exit code 0)',
      hint: 'berth transcript feat-a true shows what it printed',
    })
  })
})

describe('a transcript', () => {
  test('is whole, or the last lines, or from an offset', async () => {
    await start(plain('true'))
    expect(await transcript({})).toBe('one\r\ntwo\r\nthree\r\n')
    expect(await transcript({ plain: true })).toBe('one\ntwo\nthree\n')
    expect(await transcript({ tail: 2, plain: true })).toBe('two\nthree\n')
    expect(await transcript({ tail: 0 })).toBe('')
    expect(await transcript({ tail: 100 })).toBe('one\r\ntwo\r\nthree\r\n')
    expect(await transcript({ from: 5 })).toBe('two\r\nthree\r\n')
    expect(await transcript({ from: 5, tail: 5 })).toBe('two\r\nthree\r\n')
  })

  test('of many pieces is whole, and its last lines are found across them', async () => {
    await start(claude())
    const text = Array.from({ length: 100_000 }, (_, index) => `line ${index}\n`).join('')
    await multiplexer.end('abc123-claude', text, 0)
    expect(await transcript({ plain: true })).toBe(text)
    const tail = await transcript({ plain: true, tail: 50_000 })
    expect(tail).toBe(text.slice(text.indexOf('line 50000\n')))
  })

  test('is followed to its end', async () => {
    await start(claude())
    const reading = transcript({ follow: true })
    await multiplexer.end('abc123-claude', 'the end\n', 1)
    expect(await reading).toBe('the end\r\n')
  })

  test('of a session lost while it is followed ends too', async () => {
    await start(claude())
    const reading = transcript({ follow: true })
    multiplexer.crash()
    expect(await reading).toBe('')
  })
})

describe('what sessions tell', () => {
  const told = async () => {
    const events = await store.events.after(0, {}, 100)
    return events.map(({ type, subject, actor, operation, data }) => ({ type, subject, actor, operation, ...data }))
  }

  test('their start, with who asked for it', async () => {
    await start({ ...claude(), by: { actor: 'owner', operation: 'op1' } })
    await start(claude())
    expect(await told()).toEqual([
      {
        type: 'session.started',
        subject: 'shop/feat-a',
        actor: 'owner',
        operation: 'op1',
        session: 'claude',
        agent: 'claude',
      },
    ])
  })

  test.each([true, false])('their end, once (asked of all: %s)', async (all) => {
    await start(plain('true'))
    await start(claude())
    await noticeEnds(deps, { all })
    await noticeEnds(deps, { all: !all })
    expect((await told()).slice(2)).toEqual([
      {
        type: 'session.ended',
        subject: 'shop/feat-a',
        actor: 'berthd',
        operation: null,
        session: 'true',
        agent: null,
        exitCode: 0,
      },
    ])
  })

  test('that they are lost, once all are asked for', async () => {
    await start(claude())
    multiplexer.crash()
    now += 60_000
    await noticeEnds(deps, { all: false })
    expect(await told()).toHaveLength(1)
    await noticeEnds(deps, { all: true })
    expect((await told())[1]).toMatchObject({ type: 'session.ended', session: 'claude', exitCode: null })
  })
})
