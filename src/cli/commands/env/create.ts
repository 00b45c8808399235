import { isAbsolute, relative, resolve } from 'node:path'
import { defineCommand, listFlag, projectFlag, switchFlag, textFlag } from '../../command.ts'
import type { BerthContext } from '../../context.ts'
import { usage } from '../../failure.ts'
import { bringProject, sendFlag } from './bring-project.ts'
import { runWithProgress, standingIn } from './shared.ts'

interface Flags {
  project?: string
  from?: string
  file?: readonly string[]
  empty: boolean
  shared?: readonly string[]
  send?: readonly string[]
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
    ['berth create feat-x --on big-box --send .env', 'on another machine, with a file git ignores'],
  ],
  flags: {
    project: projectFlag,
    from: textFlag('copy this directory, or this ref of the repository here', 'dir|ref', 'directory'),
    file: listFlag('a compose file of the project', 'path', 'file'),
    empty: switchFlag('an empty workspace'),
    shared: listFlag('a service taken from an instance shared between envs', 'service'),
    send: sendFlag,
  },
  arguments: [{ name: 'env', brief: 'its name: letters, digits, - and /' }],
  async run(context, flags, name) {
    const { env } = await runWithProgress(context, flags, 'env.create', `create ${name}`, {
      name,
      ...projectOf(context, flags),
      ...(await sourceOf(context, flags)),
      shared: [...(flags.shared ?? [])],
    })
    return { data: { env }, text: `${env.project}/${env.name} is ready in ${env.workspace}` }
  },
})

/** A path after --from is one of the machine it is done on; a ref and the directory stood in are of the project here. */
async function sourceOf(context: BerthContext, flags: Flags) {
  const { from, empty } = flags
  const files = (flags.file ?? []).map((file) => resolve(context.directory, file))
  if (empty) return { source: { kind: 'empty' as const }, composeFiles: [...(flags.file ?? [])] }
  if (from !== undefined && (from.startsWith('.') || isAbsolute(from))) {
    const composeFiles = context.away === undefined ? files : [...(flags.file ?? [])]
    return { source: { kind: 'directory' as const, directory: pathThere(context, from) }, composeFiles }
  }
  const brought = context.away === undefined ? undefined : await bringProject(context, flags)
  const directory = brought?.directory ?? context.directory
  // a compose file is named by its place here, which is its place there too
  const composeFiles = brought === undefined ? files : files.map((file) => relative(brought.source, file))
  const source =
    from === undefined ? { kind: 'directory' as const, directory } : { kind: 'ref' as const, directory, ref: from }
  return { source, composeFiles }
}

function pathThere({ away, directory }: BerthContext, from: string): string {
  if (away === undefined) return resolve(directory, from)
  if (isAbsolute(from)) return from
  throw usage(`--from ${from} is a path of this machine`, `give an absolute path of ${away.machine}, or leave it out`)
}

/** A directory over there says itself which project it is. */
function projectOf({ away }: BerthContext, { project, from }: Flags) {
  if (project !== undefined) return { project }
  return away === undefined || (from !== undefined && isAbsolute(from)) ? {} : standingIn(away)
}
