import { copyFile, mkdir, mkdtemp, readdir, readFile, readlink, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '../../src/adapters/clock/system-clock.ts'
import { loadProjectConfig } from '../../src/adapters/config/load-project-config.ts'
import { createLocalFiles } from '../../src/adapters/files/local-files.ts'
import { createLocalHost } from '../../src/adapters/host/local-host.ts'
import { sendFiles } from '../../src/adapters/rsync/rsync.ts'
import { createMirrors } from '../../src/adapters/workspaces/mirror/mirrors.ts'
import { createOutgoing } from '../../src/adapters/workspaces/sync/outgoing.ts'
import { homePaths } from '../../src/core/home/paths.ts'
import type { SyncMachine } from '../../src/core/machines/sync/deps.ts'
import type { MirrorUpdate } from '../../src/core/machines/sync/model.ts'
import { type Synced, syncProject } from '../../src/core/machines/sync/sync-project.ts'
import type { OperationEvent } from '../../src/core/operations/model.ts'
import { createKeyedLock } from '../../src/lib/keyed-lock.ts'
import { createFakeStore } from '../fakes/fake-store.ts'

/** A laptop and a machine in two directories: git and rsync are real, the way between them is short. */
export interface SyncWorld {
  root: string
  /** What was sent over the wire, oldest first. */
  sent: string[]
  /** What was told to the user. */
  told: string[]
  machine: SyncMachine
  sync(directory: string, send?: string[]): Promise<Synced>
  /** What the machine was brought to last. */
  last(): MirrorUpdate
  /** The same again with other units, as somebody else might send it. */
  receive(changes: Partial<MirrorUpdate['units'][number]>): Promise<void>
  close(): Promise<void>
}

export async function openSyncWorld(): Promise<SyncWorld> {
  const root = await mkdtemp(join(tmpdir(), 'berth-sync-'))
  const host = createLocalHost()
  const paths = homePaths(join(root, 'laptop'))
  await mkdir(paths.home, { recursive: true })
  const mirrors = createMirrors({ host, top: join(root, 'machine/mirrors') })
  const outgoing = createOutgoing({ host, stateDirectory: join(paths.home, 'sync') })
  const sent: string[] = []
  const told: string[] = []
  let last: MirrorUpdate | undefined
  const machine: SyncMachine = {
    name: 'big-box',
    prepare: (wish) => mirrors.prepare(wish),
    async receive(update) {
      const wire = JSON.stringify(update)
      last = update
      sent.push(`receive ${update.units.map(({ pack }) => pack.kind).join()}`)
      return mirrors.receive(JSON.parse(wire) as typeof update)
    },
    results: (request) => Promise.reject(new Error(`no envs here: ${request.env.name}`)),
    fetchFile: ({ from, to }) => copyFile(from, to),
    async sendFiles(job) {
      sent.push(`files ${job.paths.length}`)
      await sendFiles(host, 'big-box', null, job)
    },
  }
  const deps = {
    store: createFakeStore({ clock: systemClock }),
    files: createLocalFiles(),
    paths,
    loadConfig: loadProjectConfig,
    outgoing,
    locks: createKeyedLock(),
    homeId: 'home1',
    syncMachine: async () => machine,
  }
  const emit = (event: OperationEvent) => void (event.type === 'warning' && told.push(event.message))
  return {
    root,
    sent,
    told,
    machine,
    receive: async (changes) => {
      if (last === undefined) throw new Error('nothing was sent yet')
      const units = last.units.map((unit) => ({ ...unit, pack: { kind: 'none' as const }, ...changes }))
      await mirrors.receive({ ...last, units })
    },
    last: () => {
      if (last === undefined) throw new Error('nothing was sent yet')
      return last
    },
    sync: (directory, send = []) =>
      syncProject(
        deps,
        { machine: 'big-box', directory, send },
        { id: 'x', emit, signal: new AbortController().signal },
      ),
    close: () => rm(root, { recursive: true, force: true, maxRetries: 5 }),
  }
}

/** Every file below a directory, byte for byte, with its mode; links by where they lead. Git's own are left out. */
export async function everyFile(directory: string): Promise<Record<string, string>> {
  const found: Record<string, string> = {}
  const visit = async (at: Buffer, shown: string): Promise<void> => {
    for (const entry of await readdir(at, { withFileTypes: true, encoding: 'buffer' })) {
      const name = entry.name.toString('latin1')
      const path = Buffer.concat([at, Buffer.from('/'), entry.name])
      const label = shown === '' ? name : `${shown}/${name}`
      if (name === '.git') continue
      if (entry.isDirectory()) await visit(path, label)
      else if (entry.isSymbolicLink()) found[label] = `-> ${(await readlink(path, 'buffer')).toString('latin1')}`
      else if (entry.isFile()) {
        const { mode } = await stat(path)
        found[label] = `${(mode & 0o100) === 0 ? 'f' : 'x'} ${(await readFile(path)).toString('latin1')}`
      }
    }
  }
  await visit(Buffer.from(directory), '')
  return found
}
