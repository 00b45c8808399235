/** What a project says about itself in `berth.toml`, every default filled in. */
export interface ProjectConfig {
  project: {
    /** A DNS label, or null: the compose files' own name, else the directory's. */
    name: string | null
    /** Compose files relative to the project, in merge order; empty: found as Compose finds them. */
    files: string[]
    profiles: string[]
    /** Service the project's own name leads to, or null: label, then well-known names. */
    ingress: string | null
    /** More host names that lead to the ingress; `*.x` is a wildcard. */
    names: string[]
  }
  env: EnvConfig
  /** What goes to other machines: gitignore patterns. */
  sync: { include: string[]; exclude: string[] }
  /** By name; a name of a built-in agent changes that agent. */
  agents: Record<string, AgentConfig>
  /** Tables read by other capabilities; null where absent. */
  tables: Record<LaterTable, Record<string, unknown> | null>
  /** Absolute paths of the files it was read from, the strongest last; empty where the project has none. */
  sources: string[]
}

/** Tables whose keys their own capability checks. */
export const laterTables = ['image', 'ci', 'deploy', 'alerts', 'policy'] as const
export type LaterTable = (typeof laterTables)[number]

/** How an env of the project is made. */
export interface EnvConfig {
  copy: {
    /** gitignore patterns never copied, even when git tracks them. */
    exclude: string[]
    /** gitignore patterns of ignored files that come along when `ignored` is `listed`. */
    include: string[]
    ignored: 'all' | 'listed' | 'none'
    method: 'auto' | 'reflink' | 'copy' | 'overlay' | 'btrfs-snapshot'
  }
  files: {
    /** Paths relative to the project that are copied whatever the copy rules say (`.env` …). */
    copy: string[]
    render: RenderRule[]
  }
  /** Program run in a new workspace before anything else, or null. */
  init: string[] | null
  /** Services that come from an instance shared with other envs. */
  shared: string[]
  /** For each container; null: no limit. */
  limits: { cpus: number | null; memoryBytes: number | null }
}

/** A file of the workspace whose text depends on the env. */
export interface RenderRule {
  /** Relative to the workspace; the template. */
  from: string
  /** Relative to the workspace; may be the same file. */
  to: string
  /** Whether `${BERTH_…}` (and `${CILO_…}`) are replaced. */
  tokens: boolean
  /** Literal replacements, made first; tokens in both halves are replaced. */
  replace: { from: string; to: string }[]
}

/** What a project says about an agent; null and empty: as built in. */
export interface AgentConfig {
  /** Program and leading arguments, or null: the agent's own name. */
  command: string[] | null
  /** More arguments; `{prompt}` and `{model}` stand for the values. */
  args: string[]
  model: string | null
  /** Whether it works without asking: permission and trust questions are answered with yes beforehand. */
  unattended: boolean
  env: Record<string, string>
}

/** Something wrong in a config file. */
export interface ConfigFault {
  /** File name as the user knows it: `berth.toml`. */
  file: string
  /** Counted from 1. */
  line: number
  column: number
  /** Dotted key, empty for the document itself. */
  key: string
  message: string
}
