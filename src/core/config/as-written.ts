import type { ProjectConfig } from './model.ts'
import { dottedKey, flatten } from './trace.ts'

/** A project's config in effect, by the keys of berth.toml. */
export function configAsWritten({ project, env, agents, tables }: ProjectConfig): Record<string, unknown> {
  const { limits, ...rest } = env
  const given = Object.fromEntries(Object.entries(tables).filter(([, table]) => table !== null))
  const memory = limits.memoryBytes
  const document = { project, env: { ...rest, limits: { cpus: limits.cpus, memory } }, agents, ...given }
  return Object.fromEntries(flatten(document).map(({ path, value }) => [dottedKey(path), value]))
}
