import { parseSize } from '../../lib/size.ts'
import { type AgentConfig, laterTables, type ProjectConfig, type RenderRule } from './model.ts'
import type { ConfigDocument } from './schema.ts'

/** Fills every default of a checked document. `sources` are the files it came from. */
export function resolveConfig(document: ConfigDocument, sources: readonly string[]): ProjectConfig {
  const { project = {}, agents = {} } = document
  return {
    project: {
      name: project.name ?? null,
      files: project.files ?? [],
      profiles: project.profiles ?? [],
      ingress: project.ingress ?? null,
      names: project.names ?? [],
    },
    env: resolveEnv(document.env ?? {}),
    sync: { include: document.sync?.include ?? [], exclude: document.sync?.exclude ?? [] },
    agents: Object.fromEntries(Object.entries(agents).map(([name, agent]) => [name, resolveAgent(agent)])),
    tables: Object.fromEntries(laterTables.map((table) => [table, document[table] ?? null])) as ProjectConfig['tables'],
    sources: [...sources],
  }
}

/** What a project without any config file gets. */
export function defaultConfig(): ProjectConfig {
  return resolveConfig({}, [])
}

/** One document over another: tables are joined key by key, every other value of `over` replaces that of `under`. */
export function overlayConfig(under: ConfigDocument, over: ConfigDocument): ConfigDocument {
  return overlay(under, over) as ConfigDocument
}

function resolveEnv(env: NonNullable<ConfigDocument['env']>): ProjectConfig['env'] {
  const { copy = {}, files = {}, limits = {} } = env
  const include = copy.include ?? []
  return {
    copy: {
      exclude: copy.exclude ?? [],
      include,
      ignored: copy.ignored ?? (include.length > 0 ? 'listed' : 'all'),
      method: copy.method ?? 'auto',
    },
    files: { copy: files.copy ?? [], render: (files.render ?? []).map(resolveRule) },
    init: typeof env.init === 'string' ? ['sh', '-c', env.init] : (env.init ?? null),
    shared: env.shared ?? [],
    limits: {
      cpus: limits.cpus ?? null,
      memoryBytes: limits.memory === undefined ? null : (parseSize(limits.memory) ?? null),
    },
  }
}

type RuleDocument = NonNullable<NonNullable<NonNullable<ConfigDocument['env']>['files']>['render']>[number]

function resolveRule(rule: RuleDocument): RenderRule {
  if (typeof rule === 'string') return { from: rule, to: rule, tokens: true, replace: [] }
  return { from: rule.from, to: rule.to ?? rule.from, tokens: rule.tokens ?? true, replace: rule.replace ?? [] }
}

function resolveAgent(agent: NonNullable<ConfigDocument['agents']>[string]): AgentConfig {
  return {
    command: typeof agent.command === 'string' ? [agent.command] : (agent.command ?? null),
    args: agent.args ?? [],
    model: agent.model ?? null,
    unattended: agent.unattended ?? false,
    env: Object.fromEntries(Object.entries(agent.env ?? {}).map(([key, value]) => [key, String(value)])),
  }
}

const isTable = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function overlay(under: unknown, over: unknown): unknown {
  if (!isTable(under) || !isTable(over)) return over === undefined ? under : over
  const keys = new Set([...Object.keys(under), ...Object.keys(over)])
  return Object.fromEntries([...keys].map((key) => [key, overlay(under[key], over[key])]))
}
