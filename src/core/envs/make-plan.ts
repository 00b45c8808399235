import { AppError } from '../errors.ts'
import { composeLabels, labels } from '../labels.ts'
import type { ComposeFiles } from '../ports.ts'
import { composeInputs, planKey } from './compose-inputs.ts'
import { demandOf } from './demand.ts'
import type { EnvDeps } from './deps.ts'
import { chooseIngress } from './ingress.ts'
import { type IsolatedService, isolate, requiredPrefix } from './isolate.ts'
import type { EnvRecord } from './model.ts'
import { moveBlock } from './move-block.ts'
import type { PlannedService, UpRecord } from './plan-record.ts'
import { sharedAttachments, sharedVolumes, withSharedServices } from './shared/plan-shared.ts'

/** How an env is brought up: the env (its block may have moved), what Compose is given, and what to remember of it. */
export interface UpPlan {
  env: EnvRecord
  files: ComposeFiles
  /** Volumes of the project that must be there before its services start. */
  projectVolumes: string[]
  record: UpRecord
  /** Networks of the env exist with other subnets than planned: they must go before it starts, Compose would keep them. */
  hasStaleNetworks: boolean
}

/**
 * Reads the project as Compose understands it, plans its isolation and writes the override. Changes nothing that runs.
 * Throws COMPOSE_NOT_FOUND, COMPOSE_INVALID, CONFIG_INVALID, SERVICE_NOT_FOUND, NOT_ISOLATED, SUBNET_EXHAUSTED.
 */
export async function makePlan(
  deps: EnvDeps,
  env: EnvRecord,
  request: { services: string[]; strict: boolean },
): Promise<UpPlan> {
  const [inputs, config] = await Promise.all([composeInputs(deps, env), deps.loadConfig(env.directory)])
  const model = await deps.engine.model(inputs.files, { allProfiles: true })
  refuseUnknown(request.services, Object.keys(model.services))
  refuseUnknown(env.shared, [...Object.keys(model.services), ...Object.keys(model.volumes ?? {})])
  const placed = await moveBlock(deps, await withSharedServices(deps, env, model), requiredPrefix(model))
  const existingSubnets = await ownSubnets(deps, env)
  const plan = isolate(model, {
    env: placed,
    homeId: deps.homeId,
    existingSubnets,
    limits: config.env.limits,
    sharedVolumes: sharedVolumes(model, placed.shared),
  })
  if (request.strict && plan.findings.length > 0) throw notIsolated(plan.findings)
  await deps.files.writeText(deps.paths.override(env.id), plan.override)
  const services = plan.services.map((service) => plannedService(service, placed, inputs.files.profiles))
  return {
    env: placed,
    hasStaleNetworks: plan.networks.some(({ key, subnet }) => (existingSubnets[key] ?? subnet) !== subnet),
    files: { ...inputs.files, files: [...inputs.files.files, deps.paths.override(env.id)] },
    projectVolumes: plan.projectVolumes,
    record: {
      key: await planKey(deps, placed, inputs),
      asked: request.services.toSorted(),
      services,
      demand: demandOf(model, config.env.limits, started(services, placed)),
      networks: plan.networks,
      attachments: sharedAttachments(model, placed, plan.networks),
      findings: plan.findings,
      ingress: chooseIngress(plan.services, config.project.ingress),
      made: [],
    },
  }
}

/** IPv4 subnets that networks of the env have in the engine, by their key in the compose file. */
async function ownSubnets({ engine, homeId }: EnvDeps, env: EnvRecord): Promise<Record<string, string>> {
  const networks = await engine.networks([`${labels.home}=${homeId}`, `${labels.env}=${env.id}`])
  const subnets = networks.flatMap(({ labels, subnets }) => {
    const [key, subnet] = [labels[composeLabels.network], subnets.find((cidr) => !cidr.includes(':'))]
    return key === undefined || subnet === undefined ? [] : [[key, subnet] as const]
  })
  return Object.fromEntries(subnets)
}

/** What `up` starts in the env itself. */
function started(services: readonly PlannedService[], { shared }: EnvRecord): string[] {
  return services.flatMap(({ service, optional }) => (optional || shared.includes(service) ? [] : [service]))
}

function refuseUnknown(asked: readonly string[], known: readonly string[]): void {
  const unknown = asked.filter((service) => !known.includes(service))
  if (unknown.length === 0) return
  throw new AppError('SERVICE_NOT_FOUND', `the project has no service ${unknown.join(', ')}`, {
    hint: `its services: ${known.join(', ')}`,
    details: { unknown, services: known },
  })
}

function notIsolated(findings: UpRecord['findings']): AppError {
  const listed = findings.map(({ subject, value }) => `${subject} (${value})`).join(', ')
  return new AppError('NOT_ISOLATED', `not isolated: ${listed}`, { details: { findings } })
}

/** Of a shared instance only the service it serves has to be there; else every one that no inactive profile holds back. */
function plannedService(
  { service, ports, profiles }: IsolatedService,
  { serves }: EnvRecord,
  active: readonly string[],
): PlannedService {
  const inactive = profiles.length > 0 && !profiles.some((profile) => active.includes(profile))
  return { service, ports, optional: serves === null ? inactive : service !== serves }
}
