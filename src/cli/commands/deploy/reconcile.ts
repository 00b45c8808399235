import { ClientError } from '../../../client/failure.ts'
import type { Output } from '../../../contract/routes.ts'
import { defineCommand, switchFlag } from '../../command.ts'
import type { BerthContext, CommonFlags } from '../../context.ts'
import { noteSilent } from '../../each-machine.ts'
import { failureOf } from '../../failure.ts'
import { meantMachines } from '../../machines-named.ts'
import { type SilentMachine, silentBy } from '../../other-machines.ts'
import type { Ui } from '../../ui/ui.ts'
import { runWithProgress } from '../env/shared.ts'
import { ofContext, whoAsks } from './shared.ts'

interface Flags {
  apply: boolean
  interrupt: boolean
}

type Reconciled = Output<'app.reconcile'>
type Finding = Reconciled['findings'][number]
interface OnMachine {
  machine: string
  apps: Reconciled[]
}

/** `berth app reconcile` */
export const reconcileAppCommand = defineCommand<Flags, [string?]>({
  name: 'app.reconcile',
  brief: 'What of an app is not as its release says, and how it would be put right',
  details:
    'One app or all of them, on each machine. Without --apply nothing is touched. With it, what ended is started again, what was changed is made anew beside what runs, the ingress gets its routes back: without a lost request, and never at the cost of data. What would have a service not answer for a moment is done with --interrupt alone, and what only a person can judge is left to you.\n\nThe exit code is 1 while something differs.',
  examples: [
    ['berth app reconcile', 'all apps here'],
    ['berth app reconcile shop --on prod-1,prod-2 --apply', 'one app on two machines, repaired'],
    ['berth app reconcile --on label=web', 'all apps of the machines with a label'],
  ],
  flags: {
    apply: switchFlag('repair what can be without losing anything'),
    interrupt: switchFlag('with --apply: also make services anew that cannot run twice'),
  },
  arguments: [{ name: 'app', brief: 'its name; all when absent', optional: true }],
  async run(context, flags, app) {
    const names = await meantMachines(context, flags)
    const machines: OnMachine[] = []
    const silent: SilentMachine[] = []
    for (const machine of names) {
      const looked = onMachine(context, flags, { machine, app, alone: names.length === 1 })
      // a machine that cannot be looked at keeps no other from being so
      const done = await looked.catch((error: unknown) => {
        if (names.length === 1 || failureOf(error) === undefined) throw error
        silent.push(silentBy(machine, error))
        return undefined
      })
      if (done) machines.push(done)
    }
    noteSilent(context, silent)
    const found = machines.flatMap(({ apps }) => apps)
    const several = names.length > 1
    const texts = machines.flatMap(({ machine, apps }) =>
      apps.map((one) => describe(one, several ? machine : undefined, context.ui)),
    )
    const text = texts.join('\n\n') || 'no apps yet: berth deploy brings one into production'
    const isWell = silent.length === 0 && found.every(({ state }) => state === 'ok')
    return { data: { machines, silent }, text, exitCode: isWell ? 0 : 1 }
  },
})

async function onMachine(
  context: BerthContext,
  flags: Flags & CommonFlags,
  { machine, app, alone }: { machine: string; app: string | undefined; alone: boolean },
): Promise<OnMachine> {
  const on = machine === 'local' ? {} : { on: machine }
  const { on: _, ...rest } = flags
  const client = await context.client(machine)
  const names =
    app === undefined ? (await client.call('app.list', ofContext(flags))).apps.map(({ name }) => name) : [app]
  const apps: Reconciled[] = []
  for (const name of names) {
    const { apply, interrupt } = flags
    const input = { app: name, apply, interrupt, by: whoAsks(), ...ofContext(flags) }
    const title = machine === 'local' ? `reconcile ${name}` : `reconcile ${name} on ${machine}`
    const found = runWithProgress(context, { ...rest, ...on }, 'app.reconcile', title, input)
    // one of several machines that has not got the app is a finding, and no mistake
    apps.push(await found.catch((error: unknown) => notThere(error, { name, machine, alone })))
  }
  return { machine, apps }
}

function notThere(
  error: unknown,
  { name, machine, alone }: { name: string; machine: string; alone: boolean },
): Reconciled {
  const isMissing = error instanceof ClientError && error.error.code === 'APP_NOT_FOUND'
  if (!isMissing || alone || machine === 'local') throw error
  const problem = 'the app is not on this machine'
  const repair = `berth deploy ${name} --on ${machine}`
  const finding: Finding = {
    kind: 'release',
    subject: name,
    state: 'missing',
    problem,
    repair,
    reach: 'by-hand',
    repaired: false,
    failure: null,
  }
  return { app: name, release: null, state: 'missing', findings: [finding] }
}

const reaches: Record<Finding['reach'], string> = {
  safe: '--apply',
  interrupts: '--apply --interrupt',
  'by-hand': 'by hand',
}

function describe(
  { app, state, findings }: Reconciled,
  machine: string | undefined,
  { paint, table }: Pick<Ui, 'paint' | 'table'>,
): string {
  const where = machine === undefined ? '' : ` on ${machine}`
  const painted = paint(state === 'ok' ? 'green' : 'yellow', state)
  const head = `${paint('bold', app)}${where} is ${painted}`
  const wrong = findings.filter((one) => one.state !== 'ok')
  if (wrong.length === 0) return head
  const rows = table<Finding>(
    [
      { title: 'WHAT', value: ({ kind, subject }) => `${kind} ${subject}` },
      { title: 'STATE', value: (one) => (one.repaired ? 'repaired' : one.state) },
      { title: 'PROBLEM', value: ({ problem }) => problem, spare: true },
      {
        title: 'REPAIR',
        value: ({ repair, failure }) => (failure === null ? repair : `${repair}: ${failure}`),
        spare: true,
      },
      { title: 'BY', value: ({ reach, repaired }) => (repaired ? '' : reaches[reach]) },
    ],
    wrong,
  )
  return `${head}\n\n${rows}`
}
