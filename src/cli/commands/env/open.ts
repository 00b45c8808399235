import { choiceFlag, defineCommand, envArgument, projectFlag, switchFlag } from '../../command.ts'
import type { BerthContext } from '../../context.ts'
import { type Editor, editorCommand, editors } from '../../editors.ts'
import { failure } from '../../failure.ts'
import { openInBrowser } from '../../open-in-browser.ts'
import { startProgram } from '../../start-program.ts'
import { serviceAddress, serviceArgument } from './service-address.ts'
import { envRef } from './shared.ts'

interface Flags {
  project?: string
  print: boolean
  editor?: string
}

/** `berth open` */
export const openCommand = defineCommand<Flags, [string, string?]>({
  name: 'env.open',
  brief: 'Open a service in the browser, or the workspace in an editor',
  details:
    'With --editor the workspace is opened, over SSH where it is on another machine (VS Code and Cursor want their Remote-SSH extension).',
  examples: [
    ['berth open feat-x', 'the ingress service'],
    ['berth open feat-x --editor code --on big-box', 'its workspace on another machine'],
  ],
  flags: {
    project: projectFlag,
    print: switchFlag('print the URL instead'),
    editor: choiceFlag('open the workspace in this editor', editors),
  },
  arguments: [envArgument, serviceArgument],
  async run(context, flags, name, service) {
    if (flags.editor !== undefined) return openInEditor(context, flags, name, flags.editor as Editor)
    const found = await serviceAddress(context, flags, name, service)
    if (!flags.print) await openInBrowser(context, found.url)
    return { data: { ...found, opened: !flags.print }, text: flags.print ? found.url : `${found.url} is open` }
  },
})

async function openInEditor(
  context: BerthContext,
  { on, print, project }: Flags & { on?: string },
  name: string,
  editor: Editor,
) {
  const client = await context.client(on)
  const { env } = await client.call('env.status', { env: envRef(context, name, project) })
  const command = editorCommand(editor, env.directory, await destinationOf(context))
  const url = command.at(-1) ?? ''
  if (!print) await startProgram(context, command, `install ${editor}'s command line, or open it yourself: ${url}`)
  return { data: { service: null, url, opened: !print }, text: print ? url : `${url} is open in ${editor}` }
}

/** How ssh reaches the machine it is done on; null for this one. */
async function destinationOf({ away, ...context }: BerthContext): Promise<string | null> {
  if (away === undefined) return null
  const local = await context.client()
  const { machines } = await local.call('machine.list', { context: away.context })
  const found = machines.find(({ name }) => name === away.machine)
  if (found !== undefined) return found.destination
  throw failure('MACHINE_NOT_CONNECTED', `not connected to ${away.machine}`, `berth connect ${away.machine}`)
}
