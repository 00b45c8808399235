import type { Outcome } from '../../command.ts'
import type { BerthContext, CommonFlags } from '../../context.ts'
import { namedMachines } from '../../machines-named.ts'
import { runWithProgress } from '../env/shared.ts'
import { agentOf } from '../machine/shared.ts'
import { showLed } from './over-machines.ts'
import { ofContext } from './shared.ts'

/** Goes on with a deploy over several machines that this one was leading. */
export async function resumeDeploy(
  context: BerthContext,
  flags: CommonFlags & { breakLock: boolean },
  given: string | undefined,
): Promise<Outcome> {
  const { on: _, ...here } = flags
  const app = await nameOf(context, given)
  const request = { app, breakLock: flags.breakLock, ...ofContext(flags), ...agentOf(context) }
  return showLed(context, await runWithProgress(context, here, 'deploy.resume', `go on with ${app}`, request))
}

/** Ends deploys that are under way: one that is led from here, and with --on those of other machines. */
export async function cancelDeploys(
  context: BerthContext,
  flags: CommonFlags,
  given: string | undefined,
): Promise<Outcome> {
  const app = await nameOf(context, given)
  const machines = await namedMachines(context, flags)
  const cancelled = await Promise.all(
    machines.map(async (machine) => {
      const client = await context.client(machine)
      return { machine, ...(await client.call('deploy.cancel', { app, ...ofContext(flags) })) }
    }),
  )
  const where = machines.filter((machine) => machine !== 'local')
  const text = `the deploy of ${app}${where.length === 0 ? '' : ` on ${where.join(', ')}`} was cancelled; what it had begun is undone`
  return {
    data: { app, machines: cancelled.map(({ machine, cancelled: operations }) => ({ machine, operations })) },
    text,
  }
}

async function nameOf(context: BerthContext, given: string | undefined): Promise<string> {
  const client = await context.client()
  const ask = { directory: context.directory, ...(given === undefined ? {} : { app: given }) }
  return (await client.call('app.name', ask)).app
}
