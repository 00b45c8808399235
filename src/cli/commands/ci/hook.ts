import type { Output } from '../../../contract/routes.ts'
import { type Argument, defineCommand } from '../../command.ts'
import { runHookCommand } from './hook-run.ts'

export type HookName = 'pre-commit' | 'pre-push'
type HookView = Output<'ci.hook.install'>['hook']

const hookArgument: Argument = { name: 'hook', brief: 'of git', choices: ['pre-commit', 'pre-push'] }

const describe = ({ hook, state, file, chained }: HookView) =>
  state === 'ours'
    ? `${hook} runs berth ci${chained ? ', after the hook that was there before' : ''} (${file})`
    : `${hook} ${state === 'none' ? 'runs nothing' : "is somebody else's"} (${file})`

const installCommand = defineCommand<object, [HookName]>({
  name: 'ci.hook.install',
  brief: 'Run the checks in a hook of git; one that is there already is kept and runs first',
  details:
    'Goes where git looks for hooks (core.hooksPath). Refused where that would change a file of the repository or the hooks of all repositories: then the line to add by hand is said.',
  examples: [['berth ci hook install pre-push', 'before each push']],
  arguments: [hookArgument],
  async run(context, _flags, hook) {
    const client = await context.client()
    const data = await client.call('ci.hook.install', { directory: context.directory, hook })
    return { data, text: describe(data.hook) }
  },
})

const uninstallCommand = defineCommand<object, [HookName]>({
  name: 'ci.hook.uninstall',
  brief: 'Take the checks out of a hook of git; the one that was there before comes back',
  examples: [['berth ci hook uninstall pre-push', 'as it was before']],
  arguments: [hookArgument],
  async run(context, _flags, hook) {
    const client = await context.client()
    const data = await client.call('ci.hook.uninstall', { directory: context.directory, hook })
    return { data, text: describe(data.hook) }
  },
})

/** `berth ci hook` */
export const hookCommand = defineCommand({
  name: 'ci.hook',
  brief: 'Checks in the hooks of git: which there are, install, uninstall',
  commands: { install: installCommand, uninstall: uninstallCommand, run: runHookCommand },
  async run(context) {
    const client = await context.client()
    const data = await client.call('ci.hook', { directory: context.directory })
    return { data, text: data.hooks.map(describe).join('\n') }
  },
})
