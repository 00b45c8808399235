import { AppError, toAppError } from '../../errors.ts'
import type { OperationScope } from '../../operations/run-steps.ts'
import { requireApp } from '../apps.ts'
import { redeploy } from '../deploy-app.ts'
import type { DeployDeps } from '../deps.ts'
import { withLease } from '../lease.ts'
import type { AppRecord } from '../model.ts'
import { lookAtApp } from './look.ts'
import { type DriftState, describeRepair, type Finding, reachOf, worstOf } from './model.ts'
import { repairOne } from './repair.ts'

/** What a look at an app asks for. */
export interface ReconcileRequest {
  context: string
  app: string
  /** Does the repairs that lose nothing. */
  apply: boolean
  /** And those that have a service not answer for a moment. */
  interrupt: boolean
  by: string
}

/** One thing that was looked at, as people see it. */
export interface FindingView {
  kind: Finding['kind']
  subject: string
  state: DriftState
  problem: string
  /** What would put it right, in words; empty where nothing is wrong. */
  repair: string
  reach: 'safe' | 'interrupts' | 'by-hand'
  repaired: boolean
  /** Why it could not be repaired. */
  failure: string | null
}

export interface Reconciled {
  app: string
  release: string | null
  state: DriftState
  findings: FindingView[]
  /** A release was started anew: what it replaced has still to be ended. */
  redeployed: string | null
}

/**
 * Compares an app with its live release and says what differs; with `apply` repairs what can be without a lost request or
 * lost data. Safe to repeat. Throws APP_NOT_FOUND, APP_LOCKED.
 */
export async function reconcileApp(
  deps: DeployDeps,
  request: ReconcileRequest,
  scope: OperationScope,
): Promise<Reconciled> {
  const app = await requireApp(deps, request.context, request.app)
  const first = await lookAtApp(deps, app)
  const wrong = first.findings.filter(({ state }) => state !== 'ok')
  const about = { subject: app.name, context: app.context, operation: scope.id, actor: scope.actor }
  if (wrong.length > 0)
    await deps.events.tell({
      ...about,
      type: 'app.drifted',
      data: { state: worstOf(wrong), findings: wrong.map(told) },
    })
  const wanted = wrong.filter(({ repair }) => isWanted(repair, request))
  if (!request.apply || wanted.length === 0) return viewOf(app, first, first.findings, new Map())
  const failures = await repairAll(deps, app, wanted, request, scope)
  const after = await lookAtApp(deps, app)
  const view = viewOf(app, after, first.findings, failures)
  await deps.events.tell({ ...about, type: 'app.repaired', data: { state: view.state } })
  return { ...view, redeployed: failures.has('redeploy') ? null : redeployOf(wanted, app) }
}

const told = ({ kind, subject, state, problem }: Finding) => ({ kind, subject, state, problem })

const redeployOf = (wanted: readonly Finding[], app: AppRecord) =>
  wanted.some(({ repair }) => repair.do === 'redeploy') ? app.id : null

function isWanted(repair: Finding['repair'], { interrupt }: ReconcileRequest): boolean {
  const reach = reachOf(repair)
  return reach === 'safe' || (reach === 'interrupts' && interrupt)
}

/** Key of a repair: several findings may want the same. */
const keyOf = (repair: Finding['repair']) =>
  ['redeploy', 'ingress', 'renew-ingress'].includes(repair.do) ? repair.do : JSON.stringify(repair)

/** Repairs one after the other, what runs first and a release anew last; what fails keeps no other from being tried. */
async function repairAll(
  deps: DeployDeps,
  app: AppRecord,
  wanted: readonly Finding[],
  { by }: ReconcileRequest,
  scope: OperationScope,
): Promise<Map<string, string>> {
  const failures = new Map<string, string>()
  const repairs = new Map(wanted.map(({ repair }) => [keyOf(repair), repair]))
  const attempt = async (key: string, work: () => Promise<unknown>) => {
    try {
      await work()
    } catch (error) {
      scope.signal.throwIfAborted()
      failures.set(key, toAppError(error).message)
    }
  }
  await withLease(deps, app, { owner: by, operation: scope.id, breakLock: false }, async () => {
    const { rollout } = await lookAtApp(deps, app)
    if (!rollout) throw new AppError('RELEASE_NOT_FOUND', `${app.name} has no release here that could be repaired`)
    for (const [key, repair] of repairs) {
      if (repair.do === 'redeploy') continue
      scope.emit({ type: 'output', line: describeRepair(repair) })
      await attempt(key, () => repairOne(deps, rollout, repair, scope))
    }
  })
  const live = (await deps.store.deploys.deployments(app.id)).find(({ id }) => id === app.live)
  if (repairs.has('redeploy') && live)
    await attempt('redeploy', () => redeploy(deps, app, { release: live.release, by, breakLock: false }, scope))
  return failures
}

/** The first look with what became of it: repaired is what the second look does not find any more. */
function viewOf(
  app: AppRecord,
  { rollout, findings: left }: Awaited<ReturnType<typeof lookAtApp>>,
  first: readonly Finding[],
  failures: ReadonlyMap<string, string>,
): Reconciled {
  const still = new Set(left.filter(({ state }) => state !== 'ok').map(identityOf))
  const before = new Set(first.map(identityOf))
  const fresh = left.filter((one) => one.state !== 'ok' && !before.has(identityOf(one)))
  const findings = [...first, ...fresh].map((one) => {
    const { kind, subject, state, problem, repair } = one
    const repaired = state !== 'ok' && !still.has(identityOf(one))
    const failure = repaired ? null : (failures.get(keyOf(repair)) ?? null)
    return { kind, subject, state, problem, repair: describeRepair(repair), reach: reachOf(repair), repaired, failure }
  })
  const release = rollout?.deployment.release ?? null
  return { app: app.name, release, state: worstOf(left), findings, redeployed: null }
}

const identityOf = ({ kind, subject, state, problem }: Finding) => `${kind} ${subject} ${state} ${problem}`
