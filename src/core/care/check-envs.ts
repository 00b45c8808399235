import type { EnvRecord } from '../envs/model.ts'
import { overlap } from '../envs/overlap.ts'
import { AppError } from '../errors.ts'
import { labels } from '../labels.ts'
import { differences } from './differences.ts'
import type { CareDeps, Fault } from './model.ts'

/** Envs that are not as was last asked of Berth. */
export async function checkEnvs(deps: CareDeps): Promise<Fault[]> {
  return (await differences(deps)).map(({ env, problem, settle }) => ({
    kind: 'env-differs',
    subject: `${env.project}/${env.name}`,
    problem,
    remedy: `berth reconcile ${env.project}/${env.name}`,
    severity: 'warning',
    repair: settle,
  }))
}

/** Envs that are up in a block something else on this machine uses as well; one that is down moves when it comes up. */
export async function checkSubnets(deps: CareDeps): Promise<Fault[]> {
  const [envs, routes, networks] = await Promise.all([deps.store.envs(), deps.routes(), networksOf(deps)])
  const foreign = networks.filter((network) => network.labels[labels.home] !== deps.homeId)
  const own = new Set(networks.filter((network) => !foreign.includes(network)).flatMap(({ subnets }) => subnets))
  const taken = [...foreign.flatMap(({ subnets }) => subnets), ...routes.filter((route) => !own.has(route))]
  const clashOf = (env: EnvRecord) => taken.find((subnet) => overlap(subnet, env.subnet))
  return envs.flatMap((env): Fault[] => {
    const clash = env.desired === 'up' ? clashOf(env) : undefined
    if (clash === undefined) return []
    const subject = `${env.project}/${env.name}`
    const problem = `its subnet ${env.subnet} overlaps ${clash}, which something else on this machine uses`
    return [
      {
        kind: 'subnet-clash',
        subject,
        problem,
        remedy: `berth down ${subject} && berth up ${subject}`,
        severity: 'warning',
      },
    ]
  })
}

async function networksOf({ engine }: CareDeps) {
  try {
    return await engine.networks()
  } catch (error) {
    if (error instanceof AppError && error.code === 'ENGINE_UNAVAILABLE') return [] // a finding of its own
    throw error
  }
}
