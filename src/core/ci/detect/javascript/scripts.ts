import type { StageKind } from '../model.ts'

/** The scripts of a package.json, by name. */
export type Scripts = Readonly<Record<string, string>>

/** A script that checks, and what mends: a script, or the same one with a flag. */
export interface ChosenScript {
  kind: StageKind
  name: string
  fix: { script: string; flag?: string } | null
}

interface Wanted {
  kind: StageKind
  /** Names of scripts that check, the best first. */
  names: readonly string[]
  /** Names that check in some projects and mend, watch or do nothing in others: by what they run. */
  doubtful: readonly string[]
  fixes: readonly string[]
}

const words = (line: string) => line.split(' ')

const wanted: readonly Wanted[] = [
  {
    kind: 'fmt',
    names: words(
      'format:check fmt:check format-check check:format check-format check:fmt prettier:check format:ci lint:format lint:prettier',
    ),
    doubtful: ['format', 'fmt', 'prettier'],
    fixes: ['format:fix', 'format:write', 'fmt:fix', 'prettier:fix', 'prettier:write', 'format', 'fmt', 'prettier'],
  },
  {
    kind: 'lint',
    names: ['lint:check', 'lint:ci', 'lint', 'eslint', 'check:lint', 'lint:js', 'lint:ts'],
    doubtful: [],
    fixes: ['lint:fix', 'lint-fix', 'fix:lint', 'eslint:fix', 'fix'],
  },
  {
    kind: 'typecheck',
    names: words(
      'typecheck type-check check-types check:types types:check typecheck:ci tsc lint:types ts:check check:ts types',
    ),
    doubtful: ['check'],
    fixes: [],
  },
  {
    kind: 'test',
    names: ['test:ci', 'ci:test'],
    doubtful: ['test', 'test:run', 'test:unit', 'tests', 'unit'],
    fixes: [],
  },
  { kind: 'build', names: ['build'], doubtful: [], fixes: [] },
]

/** Whether a doubtful script is a check of its kind. */
const checks: Partial<Record<StageKind, (body: string) => boolean>> = {
  fmt: (body) =>
    /--check\b|--list-different\b|\s-[cl]\b/.test(body) || (/\bbiome\b/.test(body) && !/--write\b/.test(body)),
  typecheck: (body) => /\b(svelte-check|astro check|vue-tsc|tsc)\b/.test(body),
  // npm init writes the first; the second never ends
  test: (body) => !/no test specified/.test(body) && !/--watch(All)?\b(?!=false)/.test(body),
}

/** Which scripts check what; one a kind, and only what is there. */
export function chooseScripts(scripts: Scripts): ChosenScript[] {
  return wanted.flatMap(({ kind, names, doubtful, fixes }) => {
    const isCheck = checks[kind] ?? (() => true)
    const sure = names.find((name) => name in scripts)
    const name = sure ?? doubtful.find((candidate) => candidate in scripts && isCheck(scripts[candidate] ?? ''))
    if (name === undefined) return []
    const fix = fixes.find((candidate) => candidate !== name && candidate in scripts)
    return [{ kind, name, fix: fix === undefined ? fixByFlag(name, scripts[name] ?? '') : { script: fix } }]
  })
}

/** Linters that mend with a flag, where the script is nothing but the linter. */
function fixByFlag(script: string, body: string): ChosenScript['fix'] {
  if (/[&|;]/.test(body)) return null
  if (/^(eslint|oxlint|next lint|xo|stylelint|standard)\b/.test(body.trim())) return { script, flag: '--fix' }
  return /^biome (check|lint|format)\b/.test(body.trim()) ? { script, flag: '--write' } : null
}

/** Whether a script of a workspace's root runs those of its packages. */
export function runsPackages(body: string): boolean {
  return /\b(turbo|nx|lerna|wsrun|ultra|moon|rush)\b|--workspaces\b|\s-ws\b|--ws\b|--recursive\b|\bpnpm\b.*\s-r\b|--filter\b|\byarn workspaces\b/.test(
    body,
  )
}
