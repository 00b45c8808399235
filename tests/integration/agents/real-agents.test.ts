import { execFileSync } from 'node:child_process'
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createLocalHost } from '../../../src/adapters/host/local-host.ts'
import { createLocalPrograms } from '../../../src/adapters/programs/local-programs.ts'
import { findProcesses } from '../../../src/adapters/tmux/processes.ts'
import { createLocalTranscripts } from '../../../src/adapters/transcripts/local-transcripts.ts'
import { agentCommand, resolveAgent } from '../../../src/core/agents/resolve-agent.ts'
import type { SessionDeps } from '../../../src/core/sessions/deps.ts'
import { readTranscript } from '../../../src/core/sessions/read-transcript.ts'
import { sessionEnvironment } from '../../../src/core/sessions/session-environment.ts'
import { startSession } from '../../../src/core/sessions/start-session.ts'
import { stopSession } from '../../../src/core/sessions/stop-session.ts'
import { exec } from '../../../src/lib/exec.ts'
import { createKeyedLock } from '../../../src/lib/keyed-lock.ts'
import { createFakeStore } from '../../fakes/fake-store.ts'
import { type ModelServer, startModelServer } from '../../model-server/server.ts'
import { installAgent, testedAgents, writeAgentSettings } from '../../support/agents.ts'
import { eventually } from '../../support/eventually.ts'
import { sampleEnv } from '../../support/sample-env.ts'
import { testClock } from '../../support/test-clock.ts'
import { openTmux, type TestTmux } from '../../support/tmux.ts'

/** A prompt that a careless command line would take for an option, and break. */
const promptFor = (agent: string) => `- write ${agent}.txt, "please"; $(echo no)\nand say done`

let tmux: TestTmux
let server: ModelServer
let deps: SessionDeps
beforeAll(async () => {
  // what is to be written stands in the prompt: each agent does its own task
  server = await startModelServer({
    script: ({ prompt }) => {
      const file = /write (\w+\.txt)/.exec(prompt)?.[1] ?? 'unasked.txt'
      return [{ write: file, content: `written by ${file}\n` }, { text: `finished ${file}` }]
    },
  })
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
}, 300_000)
afterAll(async () => {
  await tmux.close()
  await server.close()
})

/** A workspace of its own, a user who has used the agent before, and the agent's command line. */
async function prepare(name: string, mode: 'interactive' | 'headless') {
  const program = installAgent(name)
  const directory = join(tmux.directory, `${mode}-${name}`)
  const home = join(tmux.directory, `${mode}-home-${name}`)
  await mkdir(directory)
  execFileSync('git', ['init', '--quiet', directory])
  const settings = await writeAgentSettings(name, home, server.url)
  const agent = resolveAgent(name, {})
  if (!agent) throw new Error(`no agent ${name}`)
  const prompt = promptFor(name)
  const command = agentCommand(agent, { mode, prompt, unattended: true, directory, asRoot: process.getuid?.() === 0 })
  const caller = { ...settings, HOME: home, PATH: `${program}:${process.env['PATH']}` }
  const env = sampleEnv({ id: `${mode[0]}${name}`.slice(0, 6), name, workspace: directory })
  const environment = sessionEnvironment(caller, command.env, {
    project: 'shop',
    env: name,
    workspace: directory,
    suffix: 'test',
    baseUrl: `http://shop.${name}.test`,
    services: [],
    compose: null,
  })
  return { name, directory, command, environment, env }
}

const written = (directory: string, name: string) => readFile(join(directory, `${name}.txt`), 'utf8')

describe.skipIf(testedAgents.length === 0)('real agents, side by side', () => {
  test('each works on its own screen, in its own workspace, at the same time', async () => {
    const all = await Promise.all(testedAgents.map((name) => prepare(name, 'interactive')))
    for (const { name, env, command, directory, environment } of all)
      await startSession(deps, { env, agent: name, argv: command.argv, directory, environment })
    for (const { name, directory, env } of all) {
      const text = await eventually(() => written(directory, name), 90_000)
      expect(text).toBe(`written by ${name}.txt\n`)
      await eventually(async () =>
        expect(await tmux.multiplexer.screen(`${env.id}-${name}`)).toContain(`finished ${name}.txt`),
      )
      const asked = server.requests.flatMap(({ seen }) => (seen?.prompt.includes(`${name}.txt`) ? [seen.prompt] : []))
      expect(asked).toContain(promptFor(name))
    }
    for (const { name, env } of all) {
      const view = await stopSession(deps, { env })
      expect(view).toMatchObject({ name, agent: name, state: 'exited' })
      let transcript = ''
      for await (const { bytes } of readTranscript(deps, { env, plain: true }))
        transcript += Buffer.from(bytes).toString()
      expect(transcript).toContain(name)
      const left = await findProcesses(createLocalHost(), { socket: tmux.socket, id: view.id, leader: undefined })
      expect(left).toEqual([])
    }
  }, 300_000)

  test.each(testedAgents)('%s works without a screen', async (name) => {
    const { command, directory, environment } = await prepare(name, 'headless')
    const result = await exec(command.argv, {
      cwd: directory,
      env: environment,
      timeoutMs: 90_000,
      ...(command.stdin === null ? {} : { input: command.stdin }),
    })
    expect(result).toMatchObject({ exitCode: 0, timedOut: false })
    expect(await written(directory, name)).toBe(`written by ${name}.txt\n`)
    expect(result.stdout).toContain(`finished ${name}.txt`)
  })
})
