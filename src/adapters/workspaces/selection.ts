import ignore from 'ignore'
import { copiesEverything } from '../../core/envs/copy-rules.ts'
import type { CopyRules } from '../../core/ports/workspaces.ts'
import type { BytePath } from './bytes.ts'
import { textOf } from './bytes.ts'
import { repositoryFiles } from './repository-files.ts'

/** What of one directory goes into a workspace. */
export interface Selection {
  /** What goes in of something in this directory; null: it stays out. `path` is relative to the top of the source. */
  below(path: BytePath, isDirectory: boolean): Selection | null
  /** Whether the directory comes along when nothing in it does. */
  keepsEmpty: boolean
}

export interface SelectionInput {
  rules: CopyRules
  /** Where the project lies below the top of the source: '' or `a/b/`; patterns are relative to it. */
  prefix: string
  /** Paths git ignores, relative to the top; whole directories end in `/`. Only asked for where the rules need it. */
  gitIgnored: ReadonlySet<string>
  /** Linked worktrees of the source inside it: workspaces of their own, with a repository that is the user's. */
  worktrees: ReadonlySet<string>
}

/** Everything but what belongs to the source's repository alone. */
export const everything: Selection = {
  keepsEmpty: true,
  below: (path, isDirectory) => (path === '.git' ? repository(isDirectory) : everything),
}

/** Puts the rules into effect. Git's own directory follows rules of its own. */
export function selectFiles(input: SelectionInput): Selection {
  const chosen = copiesEverything(input.rules) ? everything : byRules(input)
  return input.worktrees.size === 0 ? chosen : without(chosen, input.worktrees)
}

function without(selection: Selection, paths: ReadonlySet<string>): Selection {
  const below: Selection['below'] = (path, isDirectory) => {
    const next = paths.has(textOf(path)) ? null : selection.below(path, isDirectory)
    return next === null ? null : without(next, paths)
  }
  return { keepsEmpty: selection.keepsEmpty, below }
}

function byRules({ rules, prefix, gitIgnored }: SelectionInput): Selection {
  const excludes = matcher(rules.exclude, prefix)
  const includes = matcher(rules.ignored === 'listed' ? rules.includeIgnored : [], prefix)
  const always = new Set(rules.always.map((path) => prefix + path.replaceAll(/^(?:\.\/)+|\/+$/g, '')))
  const onTheWay = new Set([...always].flatMap(ancestors))

  const normal: Selection = { keepsEmpty: true, below: (path, isDirectory) => judge(path, isDirectory, false) }
  const listedOnly: Selection = { keepsEmpty: false, below: (path, isDirectory) => judge(path, isDirectory, true) }
  const alwaysOnly: Selection = { keepsEmpty: false, below: (path, isDirectory) => rescue(textOf(path), isDirectory) }
  return normal

  function judge(bytes: BytePath, isDirectory: boolean, inIgnored: boolean): Selection | null {
    if (bytes === '.git') return repository(isDirectory)
    const path = textOf(bytes)
    const rescued = rescue(path, isDirectory)
    if (rescued === everything || excludes(path, isDirectory)) return rescued
    if (!inIgnored && !gitIgnored.has(isDirectory ? `${path}/` : path)) return normal
    if (includes(path, isDirectory)) return normal
    return isDirectory && rules.ignored === 'listed' ? listedOnly : rescued
  }

  function rescue(path: string, isDirectory: boolean): Selection | null {
    if (always.has(path)) return everything
    return isDirectory && onTheWay.has(path) ? alwaysOnly : null
  }
}

/** Whether gitignore patterns match a path (relative to the top of the source). */
export function matcher(patterns: readonly string[], prefix: string): (path: string, isDirectory: boolean) => boolean {
  if (patterns.length === 0) return () => false
  const rules = ignore().add([...patterns])
  return (path, isDirectory) => {
    const relative = path.startsWith(prefix) ? path.slice(prefix.length) : path
    return relative !== '' && rules.ignores(isDirectory ? `${relative}/` : relative)
  }
}

function ancestors(path: string): string[] {
  const parts = path.split('/')
  return parts.slice(1).map((_, index) => parts.slice(0, index + 1).join('/'))
}

/** A `.git` that is a file leads to a repository elsewhere (linked worktree, submodule), which is copied by itself. */
function repository(isDirectory: boolean): Selection | null {
  return isDirectory ? repositoryFiles('.git/') : null
}
