import { join } from 'node:path'
import { AppError } from '../errors.ts'
import { currentContextFile } from './current-context.ts'

/** Where a user's state lies. Everything is below one directory, `~/.berth` unless BERTH_HOME says otherwise. */
export interface HomePaths {
  home: string
  database: string
  /** Backups of the database. */
  backups: string
  log: string
  /** Where envs get their addresses, if that was changed for another machine's sake. */
  pool: string
  /** Holds a directory for each env's workspace: `<project>/<env>`. */
  workspaces: string
  /** Frozen copies shared by overlay workspaces. */
  bases: string
  workspace(project: string, env: string): string
  /** Runs of `berth ci`, a directory each. */
  ciRuns: string
  /** Passes of stages, and what they printed. */
  ciResults: string
  /** The context that is meant where none is named; no file: `default`. */
  currentContext: string
  /** What a context keeps here: its vaults. */
  context(name: string): string
  /** What a webhook fetched. */
  webhook(id: string): string
  /** What is pushed to deploy an app, and where it is checked out. Without an app: all of a context; without that: of all. */
  remote(context?: string, app?: string): string
  /** Which containers ran when the engine was last seen. */
  ran: string
  /** Notes of workspaces that stayed when their env was destroyed. */
  keptNotes: string
  kept(id: string): string
  /** Berth's own files of an env: override, remembered variables, session logs. */
  envFiles(id: string): string
  override(id: string): string
  /** The env's record, a second time. */
  envRecord(id: string): string
  /** Recipients of vault files as they were trusted. */
  vaultTrust: string
  /** What the last `up` planned and made. */
  upRecord(id: string): string
  variables(id: string): string
  sessions(id: string): string
  /** Bundles, files and data of an app. */
  app(id?: string): string
  /** What is kept of an app's deploy over several machines. */
  fleet(context: string, app: string): string
  /** Archives of images on their way in. */
  incoming: string
  /** What the proxy in front of the apps reads. */
  ingress: string
  /** An env's work on its way to another machine. */
  results(id: string): string
  /** Copies of projects of other machines. */
  mirrors: string
  /** What is kept of projects that go to other machines. */
  sync: string
}

/** The paths below `home` (absolute). Those made of names throw NAME_INVALID for one that would lead elsewhere. */
export function homePaths(home: string): HomePaths {
  const under = (directory: string, ...names: (string | undefined)[]) =>
    join(home, directory, ...names.filter((name) => name !== undefined).map(onePart))
  const envFiles = (id: string) => under('envs', id)
  return {
    home,
    database: join(home, 'state.db'),
    backups: join(home, 'backups'),
    log: join(home, 'berthd.log'),
    pool: join(home, 'pool'),
    workspaces: join(home, 'workspaces'),
    bases: join(home, 'bases'),
    ciRuns: join(home, 'ci', 'runs'),
    ciResults: join(home, 'ci', 'results'),
    currentContext: currentContextFile(home),
    context: (name) => under('contexts', name),
    webhook: (id) => under('webhooks', id),
    remote: (...names) => under('remotes', ...names),
    ran: join(home, 'ran.json'),
    keptNotes: join(home, 'kept'),
    kept: (id) => under('kept', `${id}.json`),
    workspace: (project, env) => under('workspaces', project, env),
    envFiles,
    envRecord: (id) => join(envFiles(id), 'env.json'),
    override: (id) => join(envFiles(id), 'override.yaml'),
    vaultTrust: join(home, 'vault', 'trust.json'),
    upRecord: (id) => join(envFiles(id), 'up.json'),
    variables: (id) => join(envFiles(id), 'variables.json'),
    sessions: (id) => join(envFiles(id), 'sessions'),
    app: (...ids) => under('apps', ...ids),
    fleet: (context, app) => under('fleets', context, app),
    incoming: join(home, 'incoming'),
    ingress: join(home, 'ingress'),
    results: (id) => join(envFiles(id), 'results'),
    mirrors: join(home, 'mirrors'),
    sync: join(home, 'sync'),
  }
}

/** Names come from people and other machines, and the paths made of them are written to. */
function onePart(name: string): string {
  if (name !== '' && name !== '.' && name !== '..' && !/[/\0]/.test(name)) return name
  throw new AppError('NAME_INVALID', `${JSON.stringify(name)} cannot be a name`)
}
