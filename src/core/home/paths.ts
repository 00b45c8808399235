import { join } from 'node:path'

/** Where a user's state lies. Everything is below one directory, `~/.berth` unless BERTH_HOME says otherwise. */
export interface HomePaths {
  home: string
  database: string
  log: string
  /** Holds a directory for each env's workspace: `<project>/<env>`. */
  workspaces: string
  /** Frozen copies shared by overlay workspaces. */
  bases: string
  workspace(project: string, env: string): string
  /** Which containers ran when the engine was last seen. */
  ran: string
  /** Notes of workspaces that stayed when their env was destroyed. */
  keptNotes: string
  kept(id: string): string
  /** Berth's own files of an env: override, remembered variables, session logs. */
  envFiles(id: string): string
  override(id: string): string
  /** What the last `up` planned and made. */
  upRecord(id: string): string
  variables(id: string): string
  sessions(id: string): string
}

/** The paths below `home` (absolute). */
export function homePaths(home: string): HomePaths {
  const envFiles = (id: string) => join(home, 'envs', id)
  return {
    home,
    database: join(home, 'state.db'),
    log: join(home, 'berthd.log'),
    workspaces: join(home, 'workspaces'),
    bases: join(home, 'bases'),
    ran: join(home, 'ran.json'),
    keptNotes: join(home, 'kept'),
    kept: (id) => join(home, 'kept', `${id}.json`),
    workspace: (project, env) => join(home, 'workspaces', project, env),
    envFiles,
    override: (id) => join(envFiles(id), 'override.yaml'),
    upRecord: (id) => join(envFiles(id), 'up.json'),
    variables: (id) => join(envFiles(id), 'variables.json'),
    sessions: (id) => join(envFiles(id), 'sessions'),
  }
}
