import { expect, test } from 'vitest'
import { createKeyedLock } from '../../../lib/keyed-lock.ts'
import type { AppRecord } from '../model.ts'
import { type ArchiveDeps, dumpArchive, restoreArchive, settleArchives } from './archive.ts'

const app = { id: 'abc', name: 'shop' } as AppRecord
const addon = { name: 'bus', archive: '/data' }
const { signal } = new AbortController()
const note = '/home/apps/abc/backups/bus/stopped.json'

/** A server, the files of its home, and programs that do what the test says; `ran` are those that touched its data. */
function world(onCopy: (server: { start: () => void }) => number) {
  const files = new Map<string, string>()
  const ran: string[] = []
  let [state, starts] = ['running', 1]
  const start = () => {
    if (state !== 'running') starts++
    state = 'running'
  }
  const run = async ([program = '', ...args]: readonly string[]) => {
    if (program === 'cp' || program === 'compose') ran.push([program, ...args].join(' '))
    const exitCode = program === 'cp' ? onCopy({ start }) : 0
    return { exitCode, stdout: program === 'tail' ? '\0'.repeat(1024) : '', stderr: exitCode === 0 ? '' : 'disk full' }
  }
  const engine = {
    containers: async () => [{ id: 'bus-1', image: 'nats', state, health: 'none' }],
    times: async () => ({ startedAt: starts, endedAt: state === 'running' ? null : starts }),
    stopContainer: async () => void (state = 'exited'),
    startContainer: async () => start(),
    copyCommand: (from: string, to: string) => ({ argv: ['cp', from, to], env: {} }),
    composeCommand: (_: object, args: readonly string[]) => ({ argv: ['compose', ...args], env: {}, cwd: '/' }),
  }
  const deps = {
    engine,
    host: { run },
    files: {
      writeText: async (path: string, text: string) => void files.set(path, text),
      readText: async (path: string) => files.get(path),
      exists: async (path: string) => path === '/x.dump',
      remove: async (path: string) => void files.delete(path),
      list: async () => ['bus', 'db'],
    },
    paths: { app: () => '/home/apps/abc' },
    store: { deploys: { apps: async () => [app] } },
    locks: createKeyedLock(),
  } as unknown as ArchiveDeps
  return { deps, files, ran, state: () => state }
}

test('a server is stopped while its data is copied, and runs again', async () => {
  let during = ''
  const { deps, files, state } = world(() => {
    during = `${state()} ${files.get(note)}`
    return 0
  })
  await dumpArchive(deps, app, addon, { file: '/x', signal })
  expect(during).toBe(`exited ${JSON.stringify({ addon, restore: null })}`)
  expect([state(), [...files]]).toEqual(['running', []])
})

test('what was copied while somebody started the server is no dump', async () => {
  const { deps, files, state } = world((server) => {
    server.start()
    return 0
  })
  const dumping = dumpArchive(deps, app, addon, { file: '/x', signal })
  await expect(dumping).rejects.toMatchObject({ code: 'BACKUP_FAILED', message: expect.stringContaining('started') })
  expect([state(), [...files]]).toEqual(['running', []])
})

test('a copy that fails leaves the server running', async () => {
  const { deps, files, state } = world(() => 1)
  const dumping = dumpArchive(deps, app, addon, { file: '/x', signal })
  await expect(dumping).rejects.toMatchObject({ code: 'BACKUP_FAILED', message: 'bus: disk full' })
  expect([state(), [...files]]).toEqual(['running', []])
})

test('a server with half its data stays stopped, and the next berthd puts back the whole', async () => {
  let exitCode = 1
  const { deps, files, ran, state } = world(() => exitCode)
  const restoring = restoreArchive(deps, app, addon, { file: '/x.dump', signal })
  await expect(restoring).rejects.toMatchObject({ message: expect.stringContaining('stays stopped') })
  expect([state(), [...files.keys()]]).toEqual(['exited', [note]])
  exitCode = 0
  const said: string[] = []
  await settleArchives(deps, (message) => said.push(message))
  expect(said).toEqual([expect.stringMatching(/^started bus of shop/)])
  const steps = ['compose run --rm --no-TTY empty', 'cp - bus-1:/data']
  expect(ran).toEqual([...steps, ...steps])
  expect([state(), [...files]]).toEqual(['running', []])
  await settleArchives(deps, (message) => said.push(message))
  expect(said).toHaveLength(1)
})

test('where what was sent is gone as well, it stays stopped, and that is said', async () => {
  const { deps, files, state } = world(() => 1)
  await restoreArchive(deps, app, addon, { file: '/sent.dump', signal }).catch(() => undefined)
  const said: string[] = []
  await settleArchives(deps, (message) => said.push(message))
  expect(said).toEqual([expect.stringContaining('sent to be restored is gone')])
  expect([state(), [...files.keys()]]).toEqual(['exited', [note]])
})
