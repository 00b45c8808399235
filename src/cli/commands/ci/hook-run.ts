import type { Output } from '../../../contract/routes.ts'
import { defineCommand, textFlag } from '../../command.ts'
import type { BerthContext } from '../../context.ts'
import { toApiError } from '../../failure.ts'
import type { HookName } from './hook.ts'

/** Failures of Berth or of the machine, and not of the checks: none of them keeps anybody from committing. */
const harmless = new Set(
  'CI_NO_STAGES TOOL_MISSING NOT_SUPPORTED DISK_FULL DAEMON_UNAVAILABLE DAEMON_BUSY VERSION_MISMATCH HOME_INVALID STATE_CORRUPT STATE_NEWER'.split(
    ' ',
  ),
)

/** `berth ci hook run` */
export const runHookCommand = defineCommand<{ profile?: string }, [HookName]>({
  name: 'ci.hook.run',
  brief: 'What the hook runs: the profile of its name, else all that is enabled',
  details:
    'Exits with 0 where there is nothing to check or Berth itself cannot: a hook refuses only what failed. What it checks are the files as they are, also what is not staged.',
  flags: { profile: textFlag('another [ci.profiles] table', 'name') },
  arguments: [{ name: 'hook', brief: 'of git', choices: ['pre-commit', 'pre-push'] }],
  async run(context, flags, hook) {
    const pipeline = await readPipeline(context)
    if (pipeline === undefined) return { data: { exitCode: 0 } }
    const profile = flags.profile ?? (pipeline.profiles.includes(hook) ? hook : undefined)
    const exitCode = await context.berth(['ci', ...(profile === undefined ? [] : ['--profile', profile])])
    if (exitCode !== 0) context.ui.note(`${hook} refused; git ${verbOf(hook)} --no-verify goes on without the checks`)
    return { data: { exitCode }, exitCode }
  },
})

const verbOf = (hook: HookName) => hook.replace('pre-', '')

/** The checks there are, or undefined where there are none to run; then it is said why. */
async function readPipeline(context: BerthContext): Promise<Output<'ci.list'> | undefined> {
  try {
    const client = await context.client()
    const pipeline = await client.call('ci.list', { directory: context.directory })
    if (pipeline.stages.length > 0) return pipeline
    context.ui.note('nothing here says how it is checked: checks skipped')
  } catch (error) {
    const { code, message } = toApiError(error)
    if (!harmless.has(code)) throw error
    context.ui.note(`checks skipped: ${message}`)
  }
  return undefined
}
