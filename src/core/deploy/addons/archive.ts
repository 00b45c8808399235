import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { AppError, toAppError } from '../../errors.ts'
import type { EngineContainer } from '../../ports.ts'
import { baseProject } from '../compose-projects.ts'
import type { DeployDeps } from '../deps.ts'
import type { AppRecord } from '../model.ts'
import { directoryOf } from './dumps-of.ts'
import type { ArchivedAddon } from './fragment.ts'
import { runningServer, runOn, type ServerDeps, serverOf } from './server.ts'

/** What archives of an add-on's data take. */
export type ArchiveDeps = ServerDeps & Pick<DeployDeps, 'files' | 'paths' | 'locks' | 'store'>

/** Stands beside the dumps for as long as a server is stopped for them, so that also the next berthd starts it again. */
interface StoppedNote {
  addon: ArchivedAddon
  /** The archive its data is being replaced by; null: it is only read. */
  restore: string | null
}

const noteOf = (deps: ArchiveDeps, app: AppRecord, addon: string) => join(directoryOf(deps, app, addon), 'stopped.json')

const alone = <T>({ locks }: ArchiveDeps, app: AppRecord, addon: string, work: () => Promise<T>) =>
  locks.run(`archive:${app.id}:${addon}`, work)

/**
 * Adds the data of an add-on to a file as a tar archive. Its server is stopped meanwhile: of one that writes it would be torn.
 * The engine copies, whatever programs the image has. Throws BACKUP_FAILED.
 */
export function dumpArchive(
  deps: ArchiveDeps,
  app: AppRecord,
  addon: ArchivedAddon,
  { file, signal }: { file: string; signal: AbortSignal },
): Promise<void> {
  return alone(deps, app, addon.name, async () => {
    const { id } = await runningServer(deps, app, addon.name)
    await note(deps, app, { addon, restore: null })
    try {
      await deps.engine.stopContainer(id)
      const before = await deps.engine.times(id)
      await runOn(deps, addon.name, deps.engine.copyCommand(`${id}:${addon.archive}/.`, '-'), {
        appendTo: file,
        signal,
      })
      if (isDeepStrictEqual(before, await deps.engine.times(id))) return
      throw new AppError('BACKUP_FAILED', `${addon.name} was started by somebody else while its data was copied`)
    } finally {
      await startAgain(deps, app, addon)
    }
  })
}

/** Replaces the data of an add-on by that of an archive. Begun, it goes to its end. Throws BACKUP_FAILED. */
export async function restoreArchive(
  deps: ArchiveDeps,
  app: AppRecord,
  addon: ArchivedAddon,
  { file, signal }: { file: string; signal: AbortSignal },
): Promise<void> {
  await requireWhole(deps, addon, file, signal)
  await alone(deps, app, addon.name, () => replaceData(deps, app, addon, file))
}

/** Starts the servers that an earlier berthd had stopped for a dump; what it was putting back is put back anew. */
export async function settleArchives(deps: ArchiveDeps, log: (message: string) => void): Promise<void> {
  for (const app of await deps.store.deploys.apps())
    for (const addon of await deps.files.list(directoryOf(deps, app, '')))
      try {
        if (await alone(deps, app, addon, () => settle(deps, app, addon)))
          log(`started ${addon} of ${app.name}: it was stopped for a dump or a restore that was cut off`)
      } catch (error) {
        log(`${addon} of ${app.name} could not be started again: ${toAppError(error).message}`)
      }
}

async function settle(deps: ArchiveDeps, app: AppRecord, name: string): Promise<boolean> {
  const text = await deps.files.readText(noteOf(deps, app, name))
  if (text === undefined) return false
  const { addon, restore } = JSON.parse(text) as StoppedNote
  if (restore === null) await startAgain(deps, app, addon)
  else if (await deps.files.exists(restore)) await replaceData(deps, app, addon, restore)
  else throw new AppError('BACKUP_FAILED', 'not all of its data is there, and what was sent to be restored is gone')
  return true
}

const note = (deps: ArchiveDeps, app: AppRecord, stopped: StoppedNote) =>
  deps.files.writeText(noteOf(deps, app, stopped.addon.name), JSON.stringify(stopped))

/** A deploy may have put another container in its place. */
async function startAgain(deps: ArchiveDeps, app: AppRecord, { name }: ArchivedAddon): Promise<void> {
  const server = await serverOf(deps, app, name)
  if (server) await deps.engine.startContainer(server.id)
  await deps.files.remove(noteOf(deps, app, name))
}

/** A server with a part of its data would answer wrongly: where this fails it stays stopped. */
async function replaceData(deps: ArchiveDeps, app: AppRecord, addon: ArchivedAddon, file: string): Promise<void> {
  const server = await serverOf(deps, app, addon.name)
  if (!server) throw new AppError('BACKUP_FAILED', `${addon.name} has no container`)
  await note(deps, app, { addon, restore: file })
  try {
    await deps.engine.stopContainer(server.id)
    await empty(deps, app, addon, server)
    const into = deps.engine.copyCommand('-', `${server.id}:${addon.archive}`)
    await runOn(deps, addon.name, into, { inputFile: file })
  } catch (thrown) {
    const { message } = toAppError(thrown)
    throw new AppError('BACKUP_FAILED', `${message}; it stays stopped, since not all of its data is there`, {
      hint: 'restore it again once the reason is mended',
      details: { addon: addon.name },
      cause: thrown,
    })
  }
  await startAgain(deps, app, addon)
}

/** Nothing that was there may be among what comes. By a shell of the server's own image: no other need be on the machine. */
async function empty(deps: ArchiveDeps, app: AppRecord, addon: ArchivedAddon, server: EngineContainer): Promise<void> {
  const directory = directoryOf(deps, app, addon.name)
  const file = join(directory, 'empty.json')
  const service = {
    image: server.image,
    pull_policy: 'never',
    network_mode: 'none',
    user: '0',
    volumes_from: [`container:${server.id}`],
    entrypoint: ['sh', '-c', 'cd "$$1" && rm -rf -- ..?* .[!.]* *', 'sh', addon.archive],
  }
  await deps.files.writeText(file, JSON.stringify({ services: { empty: service } }))
  const project = `${baseProject(app)}-empty`
  const compose = { project, directory, files: [file], profiles: [], variables: {} }
  try {
    await runOn(deps, addon.name, deps.engine.composeCommand(compose, ['run', '--rm', '--no-TTY', 'empty']))
  } finally {
    await deps.files.remove(file)
  }
}

/** Before anything is touched. An archive ends with 1,024 zero bytes; tar itself takes one that was cut between two files for whole. */
async function requireWhole(
  { host }: ArchiveDeps,
  { name }: ArchivedAddon,
  file: string,
  signal: AbortSignal,
): Promise<void> {
  const [end, list] = await Promise.all([
    host.run(['tail', '-c', '1024', file], { signal }),
    host.run(['tar', '-t', '-f', '-'], { inputFile: file, appendTo: '/dev/null', signal }),
  ])
  if (list.exitCode === 0 && end.stdout === '\0'.repeat(1024)) return
  throw new AppError('BACKUP_FAILED', `this is no whole archive of the data of ${name}`, { details: { addon: name } })
}
