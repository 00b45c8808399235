import { type Command, isCommand } from './command.ts'
import { complete } from './completion/complete.ts'
import type { BerthContext, CommonFlags } from './context.ts'
import { toApiError, usage } from './failure.ts'
import { renderCommand, renderGroup, renderOverview } from './help/render-help.ts'
import { usageLine } from './help/usage-line.ts'
import { hintThere } from './hint-there.ts'
import { parseWords } from './line/parse-words.ts'
import { type CommandLine, readLine } from './line/read-line.ts'
import { unknownCommand } from './line/usage-error.ts'
import { namesSeveral } from './machines-named.ts'
import { meantContext } from './meant-context.ts'
import { aliases, families, root } from './registry.ts'
import type { OutcomeScope } from './ui/ui.ts'

/** Runs the words after `berth`; shows the outcome or the failure, and returns the exit code. */
export async function runLine(words: readonly string[], context: Omit<BerthContext, 'tail'>): Promise<number> {
  if (words[0] === '__complete') return complete(words.slice(1), context)
  const line = readLine(words[0] === 'help' ? [...words.slice(1), '--help'] : words, root, aliases)
  const scope: OutcomeScope = { command: nameOf(line), machine: 'local', context: 'default', json: line.json }
  try {
    const { target } = line
    if (line.unknown !== undefined && !isCommand(target))
      throw unknownCommand(line.unknown, line.path, target, Object.keys(aliases))
    if (line.help) return showHelp(line, context)
    if (isCommand(target)) return await runCommand(target, line, context, scope)
    if (line.json) throw usage(`${['berth', ...line.path].join(' ')} needs a command`)
    if (target === root && context.ui.interactive) return await pick(context)
    return showHelp(line, context)
  } catch (error) {
    const said = toApiError(error)
    return context.ui.failure(scope, { ...said, hint: hintThere(said.hint, scope.machine) })
  }
}

async function pick(context: Omit<BerthContext, 'tail'>): Promise<number> {
  const { openPicker } = await import('./picker/picker.ts')
  return openPicker(context)
}

const nameOf = ({ target, path }: CommandLine) => (isCommand(target) ? target.name : path.join('.') || 'berth')

async function runCommand(
  command: Command,
  { path, words, tail }: CommandLine,
  context: Omit<BerthContext, 'tail'>,
  scope: OutcomeScope,
): Promise<number> {
  if (tail !== undefined && command.tail === undefined)
    throw usage('nothing may stand after -- here', usageLine(path, command))
  const { flags, args } = await parseWords(command, path, words)
  scope.machine = flags.on ?? scope.machine
  await settleContext(context, path, flags)
  scope.context = flags.context ?? scope.context
  // a machine is one of the context that is meant
  const client: BerthContext['client'] = (machine, of = flags.context) => context.client(machine, of)
  const away = await awayOf(context, command, flags)
  const outcome = await command.run({ ...context, client, tail, away }, flags, ...args)
  context.ui.outcome(scope, outcome)
  return outcome.exitCode ?? 0
}

/**
 * The context a line means: the one it names, the shell's (BERTH_CONTEXT), else the one that is used. It has to be there,
 * but for the commands that make and choose one.
 */
async function settleContext(
  context: Omit<BerthContext, 'tail'>,
  path: readonly string[],
  flags: CommonFlags,
): Promise<void> {
  const meant = meantContext(context.env, flags.context)
  if (meant === undefined) return
  if (path[0] !== 'context') await (await context.client()).call('context.show', { name: meant })
  flags.context = meant
}

/** Envs are named by the project one stands in, which another machine cannot see. A token says itself which project it is for. */
async function awayOf(context: Omit<BerthContext, 'tail'>, { flags: known }: Command, flags: CommonFlags) {
  const { on: machine = 'local', context: of = 'default' } = flags
  if (machine === 'local' || namesSeveral(machine)) return undefined
  const isGiven = known['project'] === undefined || (flags as { project?: string }).project !== undefined
  const isSaid = isGiven || (await context.client(machine, of)).byToken
  const local = await context.client()
  const found = isSaid ? undefined : await local.call('project.find', { directory: context.directory })
  return { machine, context: of, project: found?.name ?? undefined, mirror: found?.mirror ?? null }
}

/** Longer lines are hard to read, columns. */
const widestHelp = 90

function showHelp({ target, path }: CommandLine, { ui }: Pick<BerthContext, 'ui'>): number {
  const style = { paint: ui.paint, width: Math.min(ui.width, widestHelp) }
  if (isCommand(target)) ui.print(renderCommand(path, target, style))
  else ui.print(target === root ? renderOverview(root.brief, families, style) : renderGroup(path, target, style))
  return 0
}
