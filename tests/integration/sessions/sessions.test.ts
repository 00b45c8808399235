import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createLocalPrograms } from '../../../src/adapters/programs/local-programs.ts'
import { createLocalTranscripts } from '../../../src/adapters/transcripts/local-transcripts.ts'
import type { SessionDeps } from '../../../src/core/sessions/deps.ts'
import { findSession } from '../../../src/core/sessions/find-session.ts'
import { readTranscript, type TranscriptRequest } from '../../../src/core/sessions/read-transcript.ts'
import { startSession } from '../../../src/core/sessions/start-session.ts'
import { stopSession } from '../../../src/core/sessions/stop-session.ts'
import { createKeyedLock } from '../../../src/lib/keyed-lock.ts'
import { createFakeStore } from '../../fakes/fake-store.ts'
import { sampleEnv } from '../../support/sample-env.ts'
import { testClock } from '../../support/test-clock.ts'
import { openTmux, type TestTmux } from '../../support/tmux.ts'

const env = sampleEnv()
let tmux: TestTmux
let deps: SessionDeps
beforeEach(async () => {
  tmux = await openTmux()
  deps = {
    store: createFakeStore({ clock: testClock }),
    events: { tell: async () => undefined },
    multiplexer: tmux.multiplexer,
    transcripts: createLocalTranscripts(),
    programs: createLocalPrograms(),
    clock: testClock,
    locks: createKeyedLock(),
    paths: { sessions: (envId) => join(tmux.directory, 'envs', envId, 'sessions') },
  }
})
afterEach(() => tmux.close())

const run = (...argv: string[]) =>
  startSession(deps, {
    env,
    agent: null,
    argv,
    directory: tmux.directory,
    environment: { PATH: process.env.PATH ?? '', BERTH_ENV: env.name },
  })
async function transcript(request: Partial<TranscriptRequest>): Promise<string> {
  const pieces = []
  for await (const { bytes } of readTranscript(deps, { env, ...request })) pieces.push(bytes)
  return Buffer.concat(pieces).toString()
}

test('what a session prints while it is followed arrives whole, up to its end', async () => {
  await run('sh', '-c', 'for i in 1 2 3; do echo "$BERTH_ENV $i"; sleep 0.2; done; seq 100000; exit 4')
  const numbers = Array.from({ length: 100_000 }, (_, index) => `${index + 1}\n`).join('')
  expect(await transcript({ follow: true, plain: true })).toBe(`feat-a 1\nfeat-a 2\nfeat-a 3\n${numbers}`)
  expect(await findSession(deps, { env })).toMatchObject({ state: 'exited', exitCode: 4 })
})

test('a session found by a second run is the same process', async () => {
  const first = await run('sleep', '1000')
  const [before] = await tmux.multiplexer.list()
  const second = await run('sleep', '1000')
  expect([first.started, second.started]).toEqual([true, false])
  expect(await tmux.multiplexer.list()).toEqual([before])
  expect(await stopSession(deps, { env })).toMatchObject({ state: 'exited', exitCode: 143 })
})

test('one that ends before anybody looks has ended, not been lost', async () => {
  const { session } = await run('true')
  expect(['running', 'exited']).toContain(session.state)
  await transcript({ follow: true })
  expect(await findSession(deps, { env })).toMatchObject({ state: 'exited', exitCode: 0 })
})
