import type { EnvConfig } from '../config/model.ts'
import type { CopyRules } from '../ports/workspaces.ts'

/** The rules a project's config gives. */
export function copyRules({ copy, files }: Pick<EnvConfig, 'copy' | 'files'>): CopyRules {
  return { exclude: copy.exclude, includeIgnored: copy.include, ignored: copy.ignored, always: files.copy }
}

/** Everything, dependencies and .env files too. */
export const copyEverything: CopyRules = { exclude: [], includeIgnored: [], ignored: 'all', always: [] }

/**
 * The rules with the patterns of a `.worktreeinclude` (gitignore syntax) added: ignored files that a fresh checkout
 * lacks. Where every ignored file comes along anyway it changes nothing.
 */
export function withWorktreeInclude(rules: CopyRules, text: string | null): CopyRules {
  const patterns = patternsOf(text ?? '')
  if (patterns.length === 0 || rules.ignored === 'all') return rules
  return { ...rules, ignored: 'listed', includeIgnored: [...rules.includeIgnored, ...patterns] }
}

/** Whether every file of the source comes along, so that nothing has to be looked at one by one. */
export function copiesEverything({ exclude, ignored }: CopyRules): boolean {
  return exclude.length === 0 && ignored === 'all'
}

function patternsOf(text: string): string[] {
  return text.split(/\r?\n/).filter((line) => line.trim() !== '' && !line.startsWith('#'))
}
