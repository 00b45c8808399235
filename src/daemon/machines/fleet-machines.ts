import { basename } from 'node:path'
import { socketPath } from '../../contract/home.ts'
import type { Output, Parsed } from '../../contract/routes.ts'
import type { FleetMachines } from '../../core/deploy/fleet/lead-fleet.ts'
import { reportPreflight } from '../../core/deploy/preflight.ts'
import { sendImages } from '../../core/deploy/send-images.ts'
import { withStage } from '../../core/deploy/stages.ts'
import type { OperationScope } from '../../core/operations/run-steps.ts'
import type { DaemonDeps } from '../dependencies.ts'
import { askDaemon } from './ask-daemon.ts'
import { askMachine } from './ask-machine.ts'
import { type DaemonAddress, runOnDaemon } from './run-on-daemon.ts'

/** How long a machine may take to say whether it can be deployed to, ms. */
const inspectTime = 20_000

/** How long another machine may take over one archive, ms. */
const loadTime = 10 * 60_000

interface Where {
  context: string
  /** Socket of the caller's SSH agent. */
  agent: string | undefined
}

/** The machines of a deploy that is led from here: this one by its own socket, others through theirs. */
export function fleetMachines(deps: DaemonDeps, where: Where): FleetMachines<Output<'deploy.run'>> {
  return {
    async inspect(machine, ask) {
      if (machine === 'local') return reportPreflight(deps, ask)
      const asked = { ...where, machine }
      return withStage('preflight', () => askMachine(deps, asked, 'deploy.preflight', ask, inspectTime))
    },
    async deploy(task, { record, cargo, send }, { signal, onEvent }) {
      const { machine, operation, wait, watchSeconds, share } = task
      const images = Object.values(cargo.bundle.images)
      if (machine !== 'local' && send)
        await withStage('upload', () => sendImagesTo(deps, { ...where, machine, images }, { signal, emit: onEvent }))
      const request = {
        context: record.context,
        bundle: cargo.bundle as unknown as Parsed<'deploy.run'>['bundle'],
        secrets: cargo.secrets,
        by: record.by,
        breakLock: record.breakLock,
        wait,
        share,
        facts: { machine, strategy: record.plan.strategy },
        ...(watchSeconds === null ? {} : { watchSeconds }),
      }
      const options = { operation, signal, onEvent, clock: deps.clock }
      const outcome = await runOnDaemon(addressOf(deps, where, machine), 'deploy.run', request, options)
      return { number: outcome.app.number, unchanged: outcome.unchanged, outcome }
    },
  }
}

function addressOf(deps: DaemonDeps, { context, agent }: Where, machine: string): DaemonAddress {
  if (machine === 'local')
    return { name: machine, socket: socketPath(deps.paths.home), reopen: () => Promise.resolve() }
  const { socket, ready } = deps.machineSockets(context, machine)
  return { name: machine, socket, ready, reopen: async () => void (await deps.links.open(context, machine, agent)) }
}

/** Sends images to a connected machine: only what it has not. */
export async function sendImagesTo(
  deps: DaemonDeps,
  {
    context,
    machine,
    agent,
    images,
  }: Where & { machine: string; images: readonly { id: string; reference: string }[] },
  scope: Pick<OperationScope, 'emit' | 'signal'>,
): Promise<{ sent: string[]; bytes: number }> {
  const { connection } = await deps.links.open(context, machine, agent)
  const { socket } = deps.machineSockets(context, machine)
  const there = {
    wanted: (ids: readonly string[]) => askDaemon(socket, 'image.wanted', { ids: [...ids] }, loadTime),
    load: async (file: string) => void (await askDaemon(socket, 'image.load', { name: basename(file) }, loadTime)),
  }
  return sendImages({ archives: deps.archives, there, connection }, { images, machine }, scope)
}
