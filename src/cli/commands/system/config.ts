import { join } from 'node:path'
import { exitCodes } from '../../../contract/errors.ts'
import { berthHome } from '../../../contract/home.ts'
import type { Output } from '../../../contract/routes.ts'
import { defineCommand } from '../../command.ts'
import type { BerthContext, CommonFlags } from '../../context.ts'
import { failure, usage } from '../../failure.ts'
import { onTerminal, runInTerminal } from '../../terminal.ts'
import { renderConfig } from '../../ui/config.ts'

type Shown = Output<'config.show'>

/** `berth config` */
export const configCommand = defineCommand<object, [string?]>({
  name: 'config.show',
  brief: 'Every setting in effect and where it comes from; edit opens the file',
  details:
    'Settings of this machine are in config.toml of the state directory, those of a project in its berth.toml. Faults of both are told at once, each with its line and column.',
  examples: [
    ['berth config', 'of this machine, and of the project here'],
    ['berth config edit', "this machine's settings in $VISUAL or $EDITOR, checked afterwards"],
    ['cat $(berth config path)', 'the file itself'],
  ],
  arguments: [
    { name: 'action', brief: 'show (as without), path, edit', optional: true, choices: ['show', 'path', 'edit'] },
  ],
  async run(context, flags, action = 'show') {
    const path = join(berthHome(context.env), 'config.toml')
    if (action !== 'show' && flags.on !== undefined && flags.on !== 'local')
      throw usage(
        `${action} is for this machine's own file`,
        `berth config --on ${flags.on} shows what is settled there`,
      )
    if (action === 'path') return { data: { path }, text: path }
    if (action === 'edit') await edit(context, path)
    const shown = await show(context, flags)
    return { data: shown, text: renderConfig(shown, context.ui) }
  },
})

/** Another machine does not have the directory stood in. */
async function show(context: BerthContext, { on }: CommonFlags): Promise<Shown> {
  const here = context.away === undefined ? { directory: context.directory } : {}
  return (await context.client(on)).call('config.show', here)
}

async function edit(context: BerthContext, path: string): Promise<void> {
  if (!onTerminal()) throw failure('USAGE', 'an editor needs a terminal', `the file is ${path}`)
  const editor = context.env['VISUAL'] || context.env['EDITOR'] || 'vi'
  const { mkdirSync } = process.getBuiltinModule('node:fs')
  mkdirSync(berthHome(context.env), { recursive: true, mode: 0o700 })
  // it may come with arguments: `code --wait`
  const argv = [...editor.trim().split(/\s+/), path]
  const exitCode = await runInTerminal(context, { argv, directory: null, env: {} })
  if (exitCode !== exitCodes.ok) throw failure('INTERRUPTED', `${editor} ended with ${exitCode}`, `the file is ${path}`)
}
