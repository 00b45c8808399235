import type { Output, Parsed } from '../../contract/routes.ts'
import { nameOfApp, requireApp } from '../../core/deploy/apps.ts'
import type { ReleaseBundle } from '../../core/deploy/bundle.ts'
import { cancelDeploy } from '../../core/deploy/cancel-deploy.ts'
import { cancelFleet, type Led, leadFleet, resumeFleet } from '../../core/deploy/fleet/lead-fleet.ts'
import type { FleetRecord } from '../../core/deploy/fleet/model.ts'
import { planFleet } from '../../core/deploy/fleet/plan-fleet.ts'
import { reportPreflight } from '../../core/deploy/preflight.ts'
import { AppError } from '../../core/errors.ts'
import type { DaemonDeps } from '../dependencies.ts'
import { fleetMachines } from '../machines/fleet-machines.ts'
import type { Handlers } from './app.ts'

/** Routes this file serves. */
export type FleetRoutes =
  | 'app.name'
  | 'deploy.lead'
  | 'deploy.resume'
  | 'deploy.cancel'
  | 'deploy.preflight'
  | 'deploy.plan'

/** Routes of deploys over several machines → use cases. */
export function fleetHandlers(deps: DaemonDeps): Pick<Handlers, FleetRoutes> {
  const leading = ({ context, agent }: { context: string; agent?: string | undefined }) => ({
    ...deps,
    fleet: fleetMachines(deps, { context, agent }),
  })
  return {
    'app.name': async (input) => ({ app: await nameOfApp(deps, input) }),
    'deploy.plan': async (input) => planFleet(input),
    'deploy.preflight': (input) => reportPreflight(deps, input),
    'deploy.lead': async (input, scope) => {
      deps.redactor.learn(input.secrets)
      const cargo = { bundle: input.bundle as unknown as ReleaseBundle, secrets: input.secrets }
      const plan = planFleet(input)
      return answer(await leadFleet(leading(input), { ...input, plan, cargo }, scope))
    },
    'deploy.resume': async (input, scope) => answer(await resumeFleet(leading(input), input, scope)),
    'deploy.cancel': async (input) => cancel(deps, input),
  }
}

const answer = ({ record, outcomes }: Led<Output<'deploy.run'>>) => ({
  ...shown(record),
  outcomes: outcomes.map(({ machine, outcome }) => ({ machine, ...outcome })),
})

const shown = ({ id, app, release, plan, machines, state }: FleetRecord) => ({
  id,
  app,
  release,
  strategy: plan.strategy,
  machines,
  state,
})

/** Ends what is led from here, and what this machine does itself; waits until it has ended. */
async function cancel(deps: DaemonDeps, { context, app }: Parsed<'deploy.cancel'>) {
  const led = await cancelFleet(deps, { context, app })
  if (led) await deps.operations.ended(led.id)
  const known = await deps.store.deploys.app(context, app)
  if (!led && !known) await requireApp(deps, context, app)
  const operation = known ? await cancelDeploy(deps, known) : undefined
  if (operation !== undefined) await deps.operations.ended(operation)
  if (!led && operation === undefined) throw new AppError('NOTHING_TO_CANCEL', `no deploy of ${app} is under way here`)
  return { app, cancelled: [...(led ? [led.id] : []), ...(operation === undefined ? [] : [operation])] }
}
