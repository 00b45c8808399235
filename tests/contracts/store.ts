import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { EnvRecord, ProjectRecord } from '../../src/core/envs/model.ts'
import type { Clock, Store } from '../../src/core/ports.ts'
import type { SessionRecord } from '../../src/core/sessions/model.ts'
import { accessStoreContract } from './access-store.ts'
import { cloudStoreContract } from './cloud-store.ts'
import { contextStoreContract } from './context-store.ts'
import { eventsContract } from './events.ts'
import { webhookStoreContract } from './webhook-store.ts'

/** Makes an empty store that reads the time from the clock it is given. */
export type OpenStore = (clock: Pick<Clock, 'now'>) => Store | Promise<Store>

/** What every Store does, whatever it is made of. Call it inside a test file with a way to make an empty store. */
export function storeContract(open: OpenStore): void {
  let store: Store
  let minute = 0
  beforeEach(async () => {
    minute = 0
    store = await open({ now: () => new Date(Date.UTC(2026, 0, 1, 0, minute++)) })
  })
  afterEach(() => store.close())

  describe('access', () => accessStoreContract(() => store.access))

  describe('webhooks', () => webhookStoreContract(() => store.webhooks))
  describe('contexts', () => contextStoreContract(() => store.contexts))
  describe('rented machines', () => cloudStoreContract(() => store.cloud))

  describe('projects', () => {
    test('come back as they went in, by name, and can be removed', async () => {
      await store.addProject(project('shop'))
      await store.addProject(project('blog'))
      expect(await store.projects()).toEqual([project('blog'), project('shop')])
      await store.removeProject('blog')
      await store.removeProject('blog')
      expect(await store.projects()).toEqual([project('shop')])
    })

    test('a name belongs to one directory', async () => {
      await store.addProject(project('shop'))
      const other = { ...project('shop'), directory: '/elsewhere' }
      await expect(store.addProject(other)).rejects.toMatchObject({ code: 'PROJECT_EXISTS' })
      expect(await store.projects()).toEqual([project('shop')])
    })
  })

  describe('envs', () => {
    test('come back as they went in, by project and name', async () => {
      const given = [env('b', 'shop', 'one'), env('a', 'shop', 'two'), env('c', 'blog', 'one')]
      for (const record of given) await store.addEnv(record)
      expect(await store.envs()).toEqual([given[2], given[0], given[1]])
      expect(await store.env('shop', 'two')).toEqual(given[1])
      expect(await store.env('shop', 'three')).toBeUndefined()
    })

    test.each([
      ['project and name', { id: 'z', subnet: '10.224.9.0/24' }],
      ['subnet', { id: 'z', name: 'other' }],
    ])('%s are never given twice', async (_, change) => {
      await store.addEnv(env('a', 'shop', 'one'))
      const clash = { ...env('a', 'shop', 'one'), ...change }
      await expect(store.addEnv(clash)).rejects.toMatchObject({ code: 'ENV_EXISTS' })
      expect(await store.envs()).toHaveLength(1)
    })

    test('of a hundred who want one name at once, one gets it', async () => {
      const tries = Array.from({ length: 100 }, (_, index) => ({
        ...env(`e${index}`, 'shop', 'one'),
        subnet: `10.224.${index}.0/24`,
      }))
      const results = await Promise.allSettled(tries.map((record) => store.addEnv(record)))
      expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
      expect(await store.envs()).toHaveLength(1)
    })

    test('change in the named columns only', async () => {
      await store.addEnv(env('a', 'shop', 'one'))
      await store.updateEnv('a', { phase: 'ready', shared: ['db'] })
      expect(await store.env('shop', 'one')).toEqual({ ...env('a', 'shop', 'one'), phase: 'ready', shared: ['db'] })
      await expect(store.updateEnv('nobody', { phase: 'ready' })).rejects.toMatchObject({ code: 'ENV_NOT_FOUND' })
    })

    test('two changes at once both arrive', async () => {
      await store.addEnv(env('a', 'shop', 'one'))
      await Promise.all([store.updateEnv('a', { phase: 'ready' }), store.updateEnv('a', { desired: 'up' })])
      expect(await store.env('shop', 'one')).toMatchObject({ phase: 'ready', desired: 'up' })
    })

    test('a record once read is a copy', async () => {
      await store.addEnv(env('a', 'shop', 'one'))
      const read = await store.env('shop', 'one')
      read?.shared.push('changed')
      expect(await store.env('shop', 'one')).toEqual(env('a', 'shop', 'one'))
    })

    test('removed ones free their name and subnet, and take their sessions along', async () => {
      await store.addEnv(env('a', 'shop', 'one'))
      await store.addEnv(env('b', 'shop', 'two'))
      await store.addSession(session('a', 'claude', 1))
      await store.addSession(session('b', 'claude', 2))
      await store.removeEnv('a')
      await store.removeEnv('a')
      expect(await store.sessions()).toEqual([session('b', 'claude', 2)])
      await store.addEnv({ ...env('c', 'shop', 'one'), subnet: env('a', 'shop', 'one').subnet })
    })
  })

  describe('sessions', () => {
    test('come back as they went in, the oldest first', async () => {
      const strange = { ...session('a', 'npm', 1), argv: ['npm', '', "it's\n$(x)", 'ünïcödé'], agent: null }
      await store.addEnv(env('a', 'shop', 'one'))
      await store.addSession(session('a', 'claude', 2))
      await store.addSession(strange)
      expect(await store.sessions()).toEqual([strange, session('a', 'claude', 2)])
    })

    test('one that has ended says when', async () => {
      await store.addSession(session('a', 'claude', 1))
      await store.endSession('a-claude', createdAt)
      await store.endSession('nobody', createdAt)
      expect(await store.sessions()).toEqual([{ ...session('a', 'claude', 1), endedAt: createdAt }])
    })

    test('an id is taken once, until it is removed', async () => {
      await store.addEnv(env('a', 'shop', 'one'))
      await store.addSession(session('a', 'claude', 1))
      const again = session('a', 'claude', 2)
      await expect(store.addSession(again)).rejects.toMatchObject({ code: 'SESSION_EXISTS' })
      await store.removeSession(again.id)
      await store.removeSession(again.id)
      await store.addSession(again)
      expect(await store.sessions()).toEqual([again])
    })
  })

  describe('events', () => eventsContract(() => store))

  describe('journal', () => {
    const begun = (id: string) => ({
      id,
      kind: 'env.up',
      envId: 'a',
      subject: 'shop/one',
      actor: 'owner',
      input: { services: ['web'], strict: false },
    })

    test('an operation is open until it ends, with times and what went wrong', async () => {
      const { journal } = store
      await journal.begin(begun('one'))
      await journal.begin({ ...begun('two'), envId: null })
      const one = { ...begun('one'), startedAt: '2026-01-01T00:00:00.000Z' }
      expect(await journal.open()).toEqual([
        { ...one, state: 'open', endedAt: null, error: null, attempts: 1 },
        {
          ...begun('two'),
          envId: null,
          state: 'open',
          startedAt: '2026-01-01T00:01:00.000Z',
          endedAt: null,
          error: null,
          attempts: 1,
        },
      ])
      await journal.end('one', 'failed', { code: 'DISK_FULL', message: 'no space' })
      await journal.end('two', 'done')
      expect(await journal.open()).toEqual([])
      const ended = { endedAt: '2026-01-01T00:02:00.000Z', error: { code: 'DISK_FULL', message: 'no space' } }
      expect(await journal.recent(10)).toMatchObject([
        { id: 'two', state: 'done', error: null },
        { ...one, ...ended },
      ])
      expect(await journal.recent(1)).toMatchObject([{ id: 'two' }])
    })

    test('one that is taken up again is the same operation, with one attempt more', async () => {
      const { journal } = store
      await journal.begin(begun('one'))
      const [first] = await journal.open()
      await journal.end('one', 'failed', { code: 'INTERNAL', message: 'cut off' })
      await journal.begin(begun('one'))
      expect(await journal.open()).toEqual([{ ...first, attempts: 2 }])
    })

    test('one that is postponed stays open, says why, and counts its attempts anew', async () => {
      const { journal } = store
      await journal.begin(begun('one'))
      await journal.begin(begun('one'))
      const error = { code: 'ENGINE_UNAVAILABLE', message: 'gone' }
      await journal.postpone('one', error)
      expect(await journal.open()).toMatchObject([{ id: 'one', attempts: 0, error }])
      await journal.begin(begun('one'))
      expect(await journal.open()).toMatchObject([{ id: 'one', attempts: 1, error: null }])
    })

    test('steps belong to their operation, in order, and can be opened again', async () => {
      const { journal } = store
      await journal.begin(begun('one'))
      await journal.begin(begun('two'))
      await journal.openStep('one', 1, 'start')
      await journal.openStep('one', 0, 'plan')
      await journal.closeStep('one', 0, 'done')
      await journal.openStep('two', 0, 'other')
      await journal.closeStep('one', 1, 'undone')
      await journal.openStep('one', 1, 'start')
      expect(await journal.steps('one')).toEqual([
        { operationId: 'one', seq: 0, name: 'plan', state: 'done' },
        { operationId: 'one', seq: 1, name: 'start', state: 'open' },
      ])
      expect(await journal.steps('nobody')).toEqual([])
    })
  })
}

const createdAt = '2026-01-01T00:00:00.000Z'

function project(name: string): ProjectRecord {
  return { name, directory: `/code/${name}`, createdAt }
}

function env(id: string, projectName: string, name: string): EnvRecord {
  return {
    id,
    project: projectName,
    name,
    composeProject: `${projectName}-${name}-${id}`,
    source: { kind: 'ref', directory: `/code/${projectName}`, ref: 'main' },
    workspace: `/workspaces/${projectName}/${name}`,
    directory: `/workspaces/${projectName}/${name}`,
    copyMethod: 'reflink',
    branch: `berth/${name}`,
    baseCommit: null,
    composeFiles: [],
    subnet: `10.224.${id.charCodeAt(0)}.0/24`,
    phase: 'creating',
    desired: 'down',
    shared: [],
    serves: null,
    idleSince: null,
    extraNames: ['*.shop.example'],
    createdAt,
  }
}

function session(envId: string, name: string, minute: number): SessionRecord {
  return {
    id: `${envId}-${name}`,
    envId,
    name,
    agent: name,
    argv: [name, 'do it'],
    startedAt: new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString(),
    logFile: `/logs/${envId}-${name}.log`,
    exitFile: `/logs/${envId}-${name}.exit`,
  }
}
