import * as z from 'zod'
import { slug } from '../../lib/slug.ts'
import type { ConfigDocument } from './schema.ts'

/** What Berth reads of `.cilo/config.yml`; its other keys (dns_suffix, environments …) have no meaning here. */
export const ciloSchema = z.object({
  project: z.string().nullish(),
  compose_files: z.array(z.string()).nullish(),
  ingress: z.string().nullish(),
  default_ingress_service: z.string().nullish(),
  hostnames: z.array(z.string()).nullish(),
  env: z
    .object({
      copy_mode: z.enum(['all', 'none', 'allowlist']).nullish(),
      copy: z.array(z.string()).nullish(),
      ignore: z.array(z.string()).nullish(),
      init_hook: z.string().nullish(),
      render: z
        .array(
          z.object({
            file: z.string().min(1),
            tokens: z.boolean().nullish(),
            replace: z.array(z.object({ from: z.string(), to: z.string() })).nullish(),
          }),
        )
        .nullish(),
    })
    .nullish(),
})
type CiloDocument = z.output<typeof ciloSchema>

/** The same wishes in Berth's words. `ignored` are the patterns of `.ciloignore`. */
export function fromCilo(cilo: CiloDocument, ignored: readonly string[]): ConfigDocument {
  const exclude = [...envFileRules(cilo.env ?? {}), ...ignored]
  const hook = cilo.env?.init_hook?.trim()
  return {
    project: {
      name: cilo.project ? slug(cilo.project, 40) : undefined,
      files: cilo.compose_files ?? undefined,
      ingress: cilo.ingress ?? cilo.default_ingress_service ?? undefined,
      names: cilo.hostnames ?? undefined,
    },
    env: {
      copy: { exclude: exclude.length > 0 ? exclude : undefined },
      files: { render: cilo.env?.render?.map(renderRule) },
      // cilo ran hooks as `bash -lc`
      init: hook ? ['bash', '-lc', hook] : undefined,
    },
  }
}

/** Patterns of a `.ciloignore`: one a line, # begins a comment line. */
export function readIgnoreLines(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
}

/** cilo's copy policy concerns files whose name begins with `.env`, and nothing else. */
function envFileRules({ copy_mode, copy, ignore }: NonNullable<CiloDocument['env']>): string[] {
  const ignored = (ignore ?? []).flatMap(onlyEnvFiles)
  if (copy_mode === 'none') return ['.env*']
  if (copy_mode === 'allowlist') return ['.env*', ...(copy ?? []).map((pattern) => `!${pattern}`), ...ignored]
  return ignored
}

function onlyEnvFiles(pattern: string): string[] {
  const start = pattern.lastIndexOf('/') + 1
  const base = pattern.slice(start)
  if (base.startsWith('.env')) return [pattern]
  return base.startsWith('*') ? [`${pattern.slice(0, start)}.env${base}`] : []
}

function renderRule(rule: NonNullable<NonNullable<CiloDocument['env']>['render']>[number]) {
  return {
    from: rule.file,
    tokens: rule.tokens ?? false,
    replace: (rule.replace ?? []).filter(({ from }) => from !== ''),
  }
}
