import { readFile } from 'node:fs/promises'
import { text as readAll } from 'node:stream/consumers'
import type { Input, Output } from '../../../contract/routes.ts'
import { defineCommand, switchFlag, textFlag } from '../../command.ts'
import type { BerthContext } from '../../context.ts'
import { usage } from '../../failure.ts'

type Imported = Output<'context.import'>

/** `berth context import` */
export const importCommand = defineCommand<{ name?: string; connect: boolean }, [string]>({
  name: 'context.import',
  brief: 'Make a context from what somebody exported',
  details: 'Connects to nothing by itself: it says how to, or does so with --connect, with your own SSH.',
  examples: [
    ['berth context import acme.json', 'from a file'],
    ['berth context import - --name acme', 'from stdin, under another name'],
  ],
  flags: {
    name: textFlag('another name than it had', 'name'),
    connect: switchFlag('connect to its machines now'),
  },
  arguments: [{ name: 'file', brief: 'the export; - for stdin', complete: 'file' }],
  async run(context, flags, file) {
    const exported = parse(file, file === '-' ? await readAll(context.process.stdin) : await read(file))
    const client = await context.client(flags.on)
    const name = flags.name === undefined ? {} : { name: flags.name }
    const data = await client.call('context.import', { exported, ...name })
    const exitCode = flags.connect ? await connectAll(context, data) : 0
    return { data, text: describe(data, flags.connect), exitCode }
  },
})

async function read(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    throw usage(`${file} cannot be read: ${(error as Error).message}`)
  }
}

/** The daemon judges what is in it. */
function parse(file: string, text: string): Input<'context.import'>['exported'] {
  try {
    return JSON.parse(text) as Input<'context.import'>['exported']
  } catch {
    throw usage(`${file === '-' ? 'stdin' : file} is no JSON`, 'berth context export NAME writes such a file')
  }
}

/** The command lines by which its machines are connected. */
const connections = ({ context, machines }: Imported) =>
  machines.map(({ name, destination, tunnel }) => {
    const how = tunnel === 'ssh' ? [] : ['--tunnel', tunnel]
    return ['connect', destination, '--name', name, ...how, '--context', context.name]
  })

async function connectAll(context: BerthContext, data: Imported): Promise<number> {
  let worst = 0
  for (const words of connections(data)) worst = (await context.berth(words)) || worst
  return worst
}

function describe(data: Imported, isConnecting: boolean): string {
  const head = `context ${data.context.name} is there`
  if (isConnecting || data.machines.length === 0) return head
  return [`${head}; its machines:`, ...connections(data).map((words) => `  berth ${words.join(' ')}`)].join('\n')
}
