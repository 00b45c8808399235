import { ClientError } from '../../../client/failure.ts'
import type { Output } from '../../../contract/routes.ts'
import { defineCommand, listFlag, type Outcome, switchFlag } from '../../command.ts'
import type { BerthContext, CommonFlags } from '../../context.ts'
import { usage } from '../../failure.ts'
import { namedMachines } from '../../machines-named.ts'
import type { Ui } from '../../ui/ui.ts'
import { runWithProgress } from '../env/shared.ts'
import { agentOf, contextOf, describeMissing, machineArgument } from './shared.ts'

type Check = Output<'machine.check'>
type AnyCheck = Omit<Check, 'facts'> & { facts: Check['facts'] | null }

interface Flags {
  all: boolean
  imagePlatform?: string[]
}

/** `berth machine check` */
export const machineCheckCommand = defineCommand<Flags, string[]>({
  name: 'machine.check',
  brief: 'Look at machines: what they have, what is missing and how to get it',
  details:
    'Programs, disk, clock and processor. Exit code 1 where one cannot be worked with or deployed to; the lines say what to do about it.',
  examples: [
    ['berth machine check prod-1', 'one machine'],
    ['berth machine check --all --image-platform linux/arm64', 'whether images for ARM run on each'],
  ],
  flags: {
    all: switchFlag('every connected machine'),
    imagePlatform: listFlag('images of this platform have to run there', 'os/arch'),
  },
  arguments: [{ ...machineArgument, optional: true, repeat: true }],
  async run(context, flags, ...given) {
    const on = flags.all ? 'all' : given.length > 0 ? given.join(',') : flags.on
    if (on === undefined) throw usage('which machine?', 'berth machine check NAME, or --all')
    const names = await namedMachines(context, { ...flags, on })
    const [only] = names
    if (names.length === 1 && only !== undefined) return showOne(await check(context, flags, only), context.ui)
    const machines = await Promise.all(names.map((name) => checkOrSay(context, flags, name)))
    const isWrong = machines.some(({ findings }) => findings.length > 0)
    return { data: { machines }, text: renderAll(machines, context.ui), exitCode: isWrong ? 1 : 0 }
  },
})

async function check(context: BerthContext, flags: Flags & CommonFlags, name: string): Promise<Check> {
  const imagePlatforms = flags.imagePlatform ?? []
  const wrong = imagePlatforms.find((platform) => !/^\w+\/\w+(\/\w+)?$/.test(platform))
  if (wrong !== undefined) throw usage(`${wrong} is no platform`, 'berth machine check --image-platform linux/amd64')
  const input = { context: contextOf(flags), name, imagePlatforms, ...agentOf(context) }
  return runWithProgress(context, { ...flags, on: 'local' }, 'machine.check', `check ${name}`, input)
}

/** One of several: that it does not answer is what is to be said of it. */
async function checkOrSay(context: BerthContext, flags: Flags & CommonFlags, name: string): Promise<AnyCheck> {
  try {
    return await check(context, flags, name)
  } catch (thrown) {
    if (!(thrown instanceof ClientError) || thrown.error.code === 'USAGE') throw thrown
    const { code, message, hint } = thrown.error
    return { name, facts: null, pool: null, findings: [{ code, message, hint }] }
  }
}

function showOne(data: Check, ui: BerthContext['ui']): Outcome {
  const { name, facts, findings } = data
  const said = findings.filter(({ code }) => code !== 'TOOL_MISSING').map(lineOf)
  const text = [render(data, ui), ...said, ...describeMissing(name, facts)].join('\n')
  return { data, text, exitCode: findings.length > 0 ? 1 : 0 }
}

const lineOf = ({ message, hint }: Check['findings'][number]) => `  ${message}; ${hint}`

function render({ name, facts, pool }: Check, { table }: Pick<Ui, 'table'>): string {
  const disk = `${(facts.diskFreeBytes / 1e9).toFixed(1)} GB free`
  const head = `${name}: ${facts.system}, ${facts.platform} ${facts.arch}, ${disk}, as ${facts.user}`
  const rows = table(
    [
      { title: 'PROGRAM', value: ({ program }) => program },
      { title: 'VERSION', value: ({ version }) => version ?? 'missing' },
    ],
    facts.requirements,
  )
  const addresses = pool === null ? [] : [`its envs get addresses of ${pool}`]
  return [head, ...addresses, '', rows].join('\n')
}

function renderAll(machines: readonly AnyCheck[], { table, paint }: Pick<Ui, 'table' | 'paint'>): string {
  const rows = table<AnyCheck>(
    [
      { title: 'MACHINE', value: ({ name }) => name },
      {
        title: 'STATE',
        value: ({ findings }) => (findings.length === 0 ? 'ready' : (findings[0]?.code ?? '')),
        paint: (text, { findings }) => paint(findings.length === 0 ? 'green' : 'red', text),
      },
      { title: 'PLATFORMS', value: ({ facts }) => facts?.platforms.join(', ') ?? '-' },
      { title: 'DISK FREE', value: ({ facts }) => (facts ? `${(facts.diskFreeBytes / 1e9).toFixed(1)} GB` : '-') },
      { title: 'SYSTEM', value: ({ facts }) => facts?.system ?? '-', spare: true },
    ],
    machines,
  )
  const said = machines.flatMap(({ name, findings }) => findings.map((one) => `${name}:${lineOf(one).slice(1)}`))
  return [rows, ...(said.length === 0 ? [] : ['', ...said])].join('\n')
}
