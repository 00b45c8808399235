import { isAbsolute, resolve } from 'node:path'
import { defineCommand, listFlag, projectFlag, switchFlag, textFlag } from '../../command.ts'
import type { BerthContext } from '../../context.ts'
import { runWithProgress } from './shared.ts'

interface Flags {
  project?: string
  from?: string
  file?: readonly string[]
  empty: boolean
  shared?: readonly string[]
}

/** `berth create` */
export const createCommand = defineCommand<Flags, [string]>({
  name: 'env.create',
  brief: 'Make an env: an isolated copy of this project',
  details:
    'Copies the project (uncommitted and untracked work too) into a workspace of its own, on the branch berth/<env>, and reserves its names and subnet. Nothing is started.',
  examples: [
    ['berth create feat-x', 'from the project you stand in'],
    ['berth create fix --from v1.2', 'from a tag, branch or commit of it'],
    ['berth create spare --empty', 'a workspace with nothing in it'],
  ],
  flags: {
    project: projectFlag,
    from: textFlag('copy this directory, or this ref of the repository here', 'dir|ref', 'directory'),
    file: listFlag('a compose file of the project', 'path', 'file'),
    empty: switchFlag('an empty workspace'),
    shared: listFlag('a service taken from an instance shared between envs', 'service'),
  },
  arguments: [{ name: 'env', brief: 'its name: letters, digits, - and /' }],
  async run(context, flags, name) {
    const { env } = await runWithProgress(context, flags, 'env.create', `create ${name}`, {
      name,
      ...(flags.project === undefined ? {} : { project: flags.project }),
      source: sourceOf(context, flags),
      composeFiles: (flags.file ?? []).map((file) => resolve(context.directory, file)),
      shared: [...(flags.shared ?? [])],
    })
    return { data: { env }, text: `${env.project}/${env.name} is ready in ${env.workspace}` }
  },
})

function sourceOf(context: BerthContext, { from, empty }: Flags) {
  if (empty) return { kind: 'empty' as const }
  if (from === undefined) return { kind: 'directory' as const, directory: context.directory }
  if (from.startsWith('.') || isAbsolute(from))
    return { kind: 'directory' as const, directory: resolve(context.directory, from) }
  return { kind: 'ref' as const, directory: context.directory, ref: from }
}
