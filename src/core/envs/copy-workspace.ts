import { dirname, join } from 'node:path'
import type { ProjectConfig } from '../config/model.ts'
import type { OperationScope } from '../operations/run-steps.ts'
import type { CopyRules, SourceLook } from '../ports.ts'
import { copyRules, withWorktreeInclude } from './copy-rules.ts'
import type { CreateRequest } from './create.ts'
import type { EnvDeps } from './deps.ts'
import type { EnvRecord, EnvSource } from './model.ts'

/** The workspace of an env that is being made. */
export interface WorkspaceCopy {
  /** Begins to look at what will be copied, while the env's name and subnet are still being sought. */
  look(): void
  /** Copies it; tells what of it is to be recorded. */
  copy(env: EnvRecord): Promise<Partial<EnvRecord>>
}

/** What copies the workspace of an env from `source`. */
export function workspaceCopy(
  deps: Pick<EnvDeps, 'files' | 'workspaces'>,
  { copyMethod, source }: Pick<CreateRequest, 'copyMethod' | 'source'>,
  config: ProjectConfig,
  scope: OperationScope,
): WorkspaceCopy {
  const method = copyMethod === 'auto' ? config.env.copy.method : copyMethod
  const ask = async () => ({ source, method, rules: await rulesFor(deps, config, source), signal: scope.signal })
  let asked: ReturnType<typeof ask> | undefined
  let looking: Promise<SourceLook> | undefined
  return {
    look() {
      asked = ask()
      looking = asked.then((request) => deps.workspaces.look(request))
      // told when it is copied, if it comes to that
      looking.catch(() => undefined)
    },
    async copy({ name, workspace }) {
      const look = await looking
      // what is copied is what was looked at
      const request = await (asked ?? ask())
      await deps.files.makeDirectory(dirname(workspace))
      const place = { workspace, branch: `berth/${name}` }
      const made = await deps.workspaces.create({ ...request, ...place, ...(look && { look }) })
      for (const { path, reason } of made.skipped)
        scope.emit({ type: 'warning', message: `${path} was not copied: ${reason}` })
      return {
        copyMethod: made.method,
        directory: made.directory,
        branch: made.branch,
        baseCommit: made.baseCommit,
      }
    },
  }
}

/** The config's copy rules, and the patterns of the source's .worktreeinclude. */
async function rulesFor(
  { files }: Pick<EnvDeps, 'files'>,
  config: ProjectConfig,
  source: EnvSource,
): Promise<CopyRules> {
  const rules = copyRules(config.env)
  if (source.kind === 'empty') return rules
  return withWorktreeInclude(rules, (await files.readText(join(source.directory, '.worktreeinclude'))) ?? null)
}
