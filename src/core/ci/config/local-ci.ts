import * as z from 'zod'
import type { CiDocument, ProfileDocument, StageDocument } from '../../config/ci-schema.ts'

const list = z.array(z.string()).nullish()
const seconds = z.number().nonnegative().nullish()
const command = z
  .union([z.string(), z.array(z.string())], { error: 'expected a string or a list of strings' })
  .nullish()

/**
 * What Berth reads of `.local-ci.toml` and `.local-ci-remote.toml`, in the spellings local-ci had over time
 * (github.com/stevedores-org/local-ci). Its other keys have no meaning here.
 */
export const localCiSchema = z.object({
  cache: z.object({ skip_dirs: list, include_patterns: list }).nullish(),
  stages: z
    .record(
      z.string(),
      z.object({
        command,
        cmd: command,
        fix_command: command,
        fix_cmd: command,
        timeout: seconds,
        enabled: z.boolean().nullish(),
        depends_on: list,
        watch: list,
      }),
    )
    .nullish(),
  stage_order: z.object({ stages: list }).nullish(),
  dependencies: z.object({ required: list, optional: list }).nullish(),
  profiles: z
    .record(z.string(), z.object({ stages: list, fail_fast: z.boolean().nullish(), no_cache: z.boolean().nullish() }))
    .nullish(),
  ssh_defaults: z.record(z.string(), z.string()).nullish(),
  hosts: z
    .record(
      z.string(),
      z.object({
        host: z.string().min(1),
        user: z.string().nullish(),
        platform: z.string().nullish(),
        session: z.string().nullish(),
        remote_dir: z.string().nullish(),
      }),
    )
    .nullish(),
})
type LocalCiDocument = z.output<typeof localCiSchema>
type LocalStage = NonNullable<LocalCiDocument['stages']>[string]

/** The same wishes in Berth's words. */
export function fromLocalCi(document: LocalCiDocument): CiDocument {
  const stages = document.stages ?? {}
  const ordered = new Set([
    ...(document.stage_order?.stages ?? []).filter((name) => name in stages),
    ...Object.keys(stages),
  ])
  const required = new Set(document.dependencies?.required ?? [])
  const entries = [...ordered].map(
    (name) => [name, stageOf(stages[name] ?? {}, document.cache ?? {}, required)] as const,
  )
  const profiles = Object.entries(document.profiles ?? {}).map(([name, profile]) => [name, profileOf(profile)] as const)
  return { stages: Object.fromEntries(entries), profiles: Object.fromEntries(profiles) }
}

/** A machine the file names, as `--on` takes it. */
export interface LocalCiHost {
  destination: string
  session: string | null
  directory: string | null
}

/** Its `[hosts.NAME]` by name. */
export function localCiHosts({ hosts, ssh_defaults }: LocalCiDocument): Record<string, LocalCiHost> {
  const entries = Object.entries(hosts ?? {}).map(([name, { host, user, platform, session, remote_dir }]) => {
    const who = user ?? ssh_defaults?.[`${platform}_user`]
    const destination = who == null || host.includes('@') ? host : `${who}@${host}`
    return [name, { destination, session: session ?? null, directory: remote_dir ?? null }] as const
  })
  return Object.fromEntries(entries)
}

function stageOf(
  stage: LocalStage,
  cache: NonNullable<LocalCiDocument['cache']>,
  required: ReadonlySet<string>,
): StageDocument {
  const run = stage.command ?? stage.cmd
  const fix = stage.fix_command ?? stage.fix_cmd
  const patterns = stage.watch ?? cache.include_patterns
  const program = Array.isArray(run) ? run[0] : undefined
  return {
    ...(run == null ? {} : { command: run }),
    ...(fix == null ? {} : { fix }),
    ...(stage.timeout ? { timeout: stage.timeout } : {}),
    ...(stage.enabled == null ? {} : { enabled: stage.enabled }),
    ...(stage.depends_on == null ? {} : { depends_on: stage.depends_on }),
    ...(patterns == null
      ? {}
      : { inputs: [...patterns.map(anywhere), ...(cache.skip_dirs ?? []).map(withoutDirectory)] }),
    ...(program === undefined ? {} : { tool: program, required: required.has(program) }),
  }
}

/** local-ci matched a pattern without a slash at any depth. */
const anywhere = (pattern: string) => (pattern.includes('/') ? pattern : `**/${pattern}`)
const withoutDirectory = (name: string) => `!**/${name}/**`

const profileOf = ({
  stages,
  fail_fast,
  no_cache,
}: NonNullable<LocalCiDocument['profiles']>[string]): ProfileDocument => ({
  ...(stages == null || stages.length === 0 ? {} : { stages }),
  ...(fail_fast == null ? {} : { fail_fast }),
  ...(no_cache == null ? {} : { no_cache }),
})
