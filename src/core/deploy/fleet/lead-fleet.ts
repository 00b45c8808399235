import { AppError } from '../../errors.ts'
import type { OperationScope } from '../../operations/run-steps.ts'
import { checkAppName } from '../app-name.ts'
import { releaseId } from '../bundle.ts'
import type { DeployDeps } from '../deps.ts'
import { clockWarning, type ImageFacts, type PreflightReport, preflightFault } from '../preflight.ts'
import { dropCargo, type FleetCargo, keepCargo, readCargo, readFleet, saveFleet } from './keep-fleet.ts'
import type { FleetMachine, FleetPlan, FleetRecord } from './model.ts'
import { type FleetDeps, isThere, runFleet } from './run-fleet.ts'

/** The machines of a deploy, as whoever leads it reaches them. */
export interface FleetMachines<O> {
  /** What a machine says before anything is done on it. */
  inspect(machine: string, ask: { context: string; app: string; images: string[] }): Promise<PreflightReport>
  /** Brings a release into production there: the images it has not, then the release itself. */
  deploy(
    task: Parameters<FleetDeps['deployOn']>[0],
    request: { record: FleetRecord; cargo: FleetCargo; send: boolean },
    options: Parameters<FleetDeps['deployOn']>[1],
  ): Promise<{ number: number | null; unchanged: boolean; outcome: O }>
}

export interface LeadDeps<O>
  extends Pick<
    DeployDeps,
    'engine' | 'files' | 'paths' | 'sealer' | 'clock' | 'ids' | 'locks' | 'isUnderWay' | 'cancelOperation'
  > {
  fleet: FleetMachines<O>
}

export interface LeadRequest {
  context: string
  machines: string[]
  plan: FleetPlan
  cargo: FleetCargo
  by: string
  breakLock: boolean
}

/** A deploy over several machines that ended well. */
export interface Led<O> {
  record: FleetRecord
  /** What each machine answered. */
  outcomes: { machine: string; outcome: O }[]
}

/**
 * Deploys on several machines in the order of the plan. All are asked first: where one cannot take the release, none is
 * touched. Throws NAME_INVALID, APP_LOCKED, PLATFORM_MISMATCH, DISK_FULL, MACHINE_NOT_CONNECTED, and what a machine failed of.
 */
export async function leadFleet<O>(deps: LeadDeps<O>, request: LeadRequest, scope: OperationScope): Promise<Led<O>> {
  const { context, cargo, by, breakLock, plan } = request
  const app = checkAppName(cargo.bundle.app)
  await makeWay(deps, { context, app, breakLock })
  const reports = await inspectAll(deps, request, scope)
  const record: FleetRecord = {
    id: scope.id,
    context,
    app,
    release: releaseId(cargo.bundle),
    by,
    breakLock,
    plan,
    machines: request.machines.map((machine) => newMachine(deps, machine, reports.get(machine))),
    state: 'running',
    startedAt: deps.clock.now().toISOString(),
    endedAt: null,
  }
  await saveFleet(deps, record)
  await keepCargo(deps, record, cargo)
  return carryOver(deps, record, { cargo, reports }, scope)
}

/** Goes on with what was left off. Throws NOTHING_TO_RESUME, and what leading may throw. */
export async function resumeFleet<O>(
  deps: LeadDeps<O>,
  { context, app, breakLock }: { context: string; app: string; breakLock: boolean },
  scope: OperationScope,
): Promise<Led<O>> {
  const left = await readFleet(deps, context, app)
  const cargo = left && (await readCargo(deps, left))
  if (!left || !cargo || left.machines.every(({ state }) => isThere(state)))
    throw new AppError('NOTHING_TO_RESUME', `no deploy of ${app} over several machines was left off here`)
  await makeWay(deps, { context, app, breakLock })
  // what was under way when we went is joined under its own id; what failed is begun anew
  const machines = left.machines.map((one) =>
    one.state === 'under-way' ? one : { ...one, operation: deps.ids.short(16) },
  )
  return carryOver(deps, { ...left, id: scope.id, machines, breakLock }, { cargo, reports: new Map() }, scope)
}

/** Ends a deploy that is led from here; what a machine does then is undone there. Resolves to how it stands; undefined where none is under way. */
export async function cancelFleet(
  deps: Pick<LeadDeps<unknown>, 'files' | 'paths' | 'sealer' | 'isUnderWay' | 'cancelOperation'>,
  { context, app }: { context: string; app: string },
): Promise<FleetRecord | undefined> {
  const record = await readFleet(deps, context, app)
  if (!record || !deps.isUnderWay(record.id)) return undefined
  deps.cancelOperation(record.id)
  return record
}

async function makeWay(
  deps: LeadDeps<unknown>,
  { context, app, breakLock }: { context: string; app: string; breakLock: boolean },
): Promise<void> {
  const before = await readFleet(deps, context, app)
  if (!before || !deps.isUnderWay(before.id)) return
  if (!breakLock)
    throw new AppError('APP_LOCKED', `${before.by} is deploying ${app} from here, since ${before.startedAt}`, {
      stage: 'lock',
      details: { owner: before.by },
    })
  deps.cancelOperation(before.id)
}

const newMachine = ({ ids }: Pick<DeployDeps, 'ids'>, machine: string, report?: PreflightReport): FleetMachine => ({
  machine,
  state: 'waiting',
  operation: ids.short(16),
  number: report?.number ?? null,
  error: null,
})

/** Asks every machine; throws what stands against the first that cannot take the release. */
async function inspectAll<O>(
  deps: LeadDeps<O>,
  { context, machines, cargo }: LeadRequest,
  { emit }: OperationScope,
): Promise<Map<string, PreflightReport>> {
  const images = await imagesOf(deps, cargo)
  const ask = { context, app: cargo.bundle.app, images: images.map(({ id }) => id) }
  const reports = await Promise.all(
    machines.map(async (machine) => {
      const sent = deps.clock.now().getTime()
      const report = await deps.fleet.inspect(machine, ask)
      const warning = clockWarning(machine, report.now, [sent, deps.clock.now().getTime()])
      if (warning !== null) emit({ type: 'warning', message: warning })
      if (report.ingress !== null) emit({ type: 'warning', message: `${machine}: ${report.ingress}` })
      return [machine, report] as const
    }),
  )
  for (const [machine, report] of reports) {
    const fault = preflightFault(machine, report, images)
    if (fault) throw fault
  }
  return new Map(reports)
}

async function imagesOf({ engine }: Pick<DeployDeps, 'engine'>, { bundle }: FleetCargo): Promise<ImageFacts[]> {
  const facts = await engine.imageFacts(Object.values(bundle.images).map(({ id }) => id))
  return Object.entries(bundle.images).flatMap(([service, { id }]) => {
    const known = facts.get(id)
    return known ? [{ service, id, ...known }] : []
  })
}

async function carryOver<O>(
  deps: LeadDeps<O>,
  record: FleetRecord,
  { cargo, reports }: { cargo: FleetCargo; reports: Map<string, PreflightReport> },
  scope: OperationScope,
): Promise<Led<O>> {
  const outcomes: Led<O>['outcomes'] = []
  const ended = await runFleet(
    {
      clock: deps.clock,
      save: (changed) => deps.locks.run(`fleet:${record.id}`, () => saveFleet(deps, changed)),
      async deployOn(task, options) {
        const send = (reports.get(task.machine)?.missing.length ?? 1) > 0
        const { outcome, ...rest } = await deps.fleet.deploy(task, { record, cargo, send }, options)
        outcomes.push({ machine: task.machine, outcome })
        return rest
      },
    },
    record,
    scope,
  )
  if (ended.state !== 'done') throw fleetFailure(ended)
  await dropCargo(deps, ended)
  return { record: ended, outcomes }
}

/** What a deploy over several machines failed of: the first failure, and how each machine stands. */
function fleetFailure(record: FleetRecord): AppError {
  const { machines, state, app } = record
  const failed = machines.flatMap(({ error }) => error ?? [])
  const [first] = failed
  const standing = machines.map(({ machine, number, state: one }) => `${machine} ${standingOf(one, number)}`).join(', ')
  const details = { ...first?.details, machine: first?.machine, machines }
  if (state === 'cancelled' || !first)
    return new AppError('INTERRUPTED', `the deploy was cancelled: ${standing}`, {
      hint: `berth deploy ${app} --resume goes on with it`,
      details,
    })
  const single = machines.length === 1
  const more = failed.length > 1 ? ` (and ${failed.length - 1} more failed)` : ''
  return new AppError(
    first.code as AppError['code'],
    single ? first.message : `${first.machine}: ${first.message}${more}; ${standing}`,
    {
      hint: single ? first.hint : `${first.hint}; then berth deploy ${app} --resume, or berth rollback`,
      ...(first.stage === null ? {} : { stage: first.stage }),
      details,
    },
  )
}

function standingOf(state: FleetMachine['state'], number: number | null): string {
  const has = number === null ? 'has no release' : `has release ${number}`
  if (state === 'waiting') return `${has}, and was not begun`
  return state === 'failed' ? `failed and ${has}` : has
}
