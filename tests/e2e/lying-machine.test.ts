/** A machine that lies: whatever it answers, it writes nowhere and does nothing to the terminal. */
import { mkdir } from 'node:fs/promises'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { socketPath } from '../../src/contract/home.ts'
import { exec } from '../../src/lib/exec.ts'
import { openBerth, type TestBerth } from '../support/berth.ts'
import { makeProject, type TestProject } from '../support/project.ts'

let berth: TestBerth
let project: TestProject
beforeEach(async () => {
  berth = await openBerth()
  project = await makeProject({ 'note.txt': 'x' }, { name: 'shop' })
})
afterEach(async () => {
  await berth.close()
  await project.remove()
})

describe('a machine that lies', () => {
  const evil = '\u001b]0;owned\u0007\u001b[2J\u001b]52;c;ZXZpbA==\u0007\u009b31m\u0008'

  /** A daemon of somebody else's in place of ours: whatever is asked, it says this. */
  async function lie(answer: (route: string) => { status?: number; type?: string; body: string }) {
    const home = join(berth.home, 'lie')
    await mkdir(home, { mode: 0o700 })
    const server = createServer((request, response) => {
      const { status = 200, type = 'application/json', body } = answer((request.url ?? '').replace('/v1/', ''))
      response.writeHead(status, { 'content-type': type }).end(body)
    })
    await new Promise<void>((resolve) => server.listen(socketPath(home), resolve))
    return { home, close: () => new Promise<void>((resolve) => server.close(() => resolve())) }
  }

  const view = {
    id: 'abcdef',
    project: `sh${evil}op`,
    name: `te${evil}a`,
    state: 'up',
    desired: 'up',
    workspace: `/x/${evil}`,
    directory: `/x/${evil}`,
    branch: evil,
    subnet: evil,
    composeProject: evil,
    copyMethod: evil,
    url: evil,
    services: [
      { service: evil, state: evil, health: evil, exitCode: null, containers: 1, addresses: [evil], ports: [] },
    ],
    shared: [],
    serves: null,
    sessions: 1,
    createdAt: evil,
  }
  const answers: Record<string, unknown> = {
    'env.list': { envs: [view] },
    'env.status': { env: view },
    'env.names': {
      suffix: evil,
      resolves: false,
      names: [
        {
          project: evil,
          env: evil,
          service: evil,
          ingress: true,
          name: evil,
          proxyName: evil,
          addresses: [evil],
          ports: [],
          url: evil,
        },
      ],
    },
    'session.list': {
      sessions: [
        {
          id: 'a',
          envId: 'a',
          project: evil,
          env: evil,
          name: evil,
          agent: null,
          argv: [evil],
          state: 'running',
          exitCode: null,
          attached: 0,
          startedAt: evil,
          logFile: '/etc/passwd',
          exitFile: '/etc/passwd',
        },
      ],
    },
    'env.diff': { patch: `diff --git a/x b/x\n+${evil}\n`, files: [{ path: evil, added: 1, removed: 0 }] },
    'daemon.status': {
      version: evil,
      pid: 1,
      home: evil,
      startedAt: evil,
      memoryBytes: 1,
      operations: 0,
      engine: null,
      dns: evil,
      proxy: evil,
      api: evil,
    },
    'token.list': {
      tokens: [
        {
          id: evil,
          holder: evil,
          access: 'read',
          projects: [evil],
          programs: false,
          quota: { envs: null, cpus: null, memoryBytes: null, diskBytes: null },
          state: 'valid',
          issuer: null,
          createdAt: evil,
          expiresAt: evil,
          lastUsedAt: evil,
          revokedAt: null,
        },
      ],
      api: null,
    },
    'audit.list': {
      entries: [{ at: evil, who: evil, holder: evil, from: evil, what: evil, subject: evil, result: evil, ms: 1 }],
    },
  }

  test.each([
    ['ls'],
    ['ls', '--quiet'],
    ['status', 'tea'],
    ['names'],
    ['names', '--quiet'],
    ['sessions'],
    ['sessions', '--quiet'],
    ['url', 'tea'],
    ['diff', 'tea', '--stat'],
    ['daemon', 'status'],
    ['tokens'],
    ['tokens', '--quiet'],
    ['audit'],
    ['machines'],
    ['events'],
  ])('its answer to %s %s does not reach the terminal as more than text', async (...args) => {
    const liar = await lie((route) => ({ body: JSON.stringify(answers[route] ?? {}) }))
    try {
      const program = join(import.meta.dirname, '..', '..', 'bin', 'berth')
      const { stdout, stderr } = await runWith(program, args, liar.home)
      expect(`${stdout}${stderr}`).not.toMatch(controls)
    } finally {
      await liar.close()
    }
  })

  test.each([['path'], ['diff']])('nor does %s on a terminal, which is exact elsewhere', async (verb) => {
    const liar = await lie((route) => ({ body: JSON.stringify(answers[route] ?? {}) }))
    try {
      const program = join(import.meta.dirname, '..', '..', 'bin', 'berth')
      const piped = await runWith(program, [verb, 'tea'], liar.home)
      expect(piped.stdout).toContain(evil)
      const { stdout } = await runWith('script', ['-qec', `${program} ${verb} tea`, '/dev/null'], liar.home)
      expect(stdout).toContain(verb === 'path' ? '/x/' : 'diff --git')
      expect(stdout.replaceAll('\r\n', '\n')).not.toMatch(controls)
    } finally {
      await liar.close()
    }
  })

  test.each([
    [
      'an error',
      {
        status: 409,
        body: JSON.stringify({ error: { code: 'ENV_BUSY', message: evil, hint: evil, details: { output: [evil] } } }),
      },
    ],
    ['an error without a form', { status: 500, body: evil }],
    ['no JSON', { body: evil }],
    [
      'progress',
      {
        type: 'text/event-stream',
        body: `id: 1\nevent: progress\ndata: ${JSON.stringify({ type: 'warning', message: evil })}\n\nid: 2\nevent: error\ndata: ${JSON.stringify({ code: evil, message: evil, hint: evil, details: {} })}\n\n`,
      },
    ],
  ])('%s of it neither', async (_, answer) => {
    const liar = await lie(() => answer)
    try {
      const program = join(import.meta.dirname, '..', '..', 'bin', 'berth')
      for (const args of [['ls'], ['up', 'tea', '--no-create'], ['doctor']]) {
        const { stdout, stderr, exitCode } = await runWith(program, args, liar.home)
        expect(`${stdout}${stderr}`).not.toMatch(controls)
        expect(exitCode).not.toBe(0)
      }
    } finally {
      await liar.close()
    }
  })

  /** Any control character but the newline and the tab. */
  // oxlint-disable-next-line no-control-regex -- control characters are what it is about
  const controls = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/

  async function runWith(program: string, args: readonly string[], home: string) {
    return exec([program, ...args], { env: { ...berth.env, BERTH_HOME: home }, cwd: project.directory })
  }
})
