import { toAppError } from '../../errors.ts'
import { labels } from '../../labels.ts'
import { treeHash } from '../bundle.ts'
import { baseProject, describeBase, describeBeside, servicesOf } from '../compose-projects.ts'
import { currentApp } from '../deployments.ts'
import type { DeployDeps } from '../deps.ts'
import { askRoute, changedRouteFiles, servingProxy } from '../ingress.ts'
import { ingressNetworkName } from '../ingress-names.ts'
import type { AppRecord, DeploymentRecord } from '../model.ts'
import { lookAtIngress, planFor } from '../proxies/look.ts'
import { readBundle, readSecrets, releaseFile, treePath } from '../releases.ts'
import { composeFiles, describeRequest, filledBundle, type Rollout } from '../rollout.ts'
import { compareApp } from './compare.ts'
import { expectedOf } from './expected.ts'
import type { Finding } from './model.ts'

/** The live deployment of an app with all that its release says; undefined where nothing is live. */
export interface Look {
  rollout: Rollout | undefined
  findings: Finding[]
}

const redeployByHand = (app: AppRecord) => ({ do: 'by-hand', command: `berth deploy ${app.name}` }) as const

/** Looks at everything of an app on this machine: its release's files, its containers, and the way requests take. */
export async function lookAtApp(deps: DeployDeps, known: AppRecord): Promise<Look> {
  const app = await currentApp(deps, known)
  const deployments = await deps.store.deploys.deployments(app.id)
  const live = deployments.find(({ id }) => id === app.live)
  if (!live) return { rollout: undefined, findings: [neverDeployed(app)] }
  const rollout = await readRollout(deps, app, live)
  if (!('bundle' in rollout)) return { rollout: undefined, findings: [rollout] }
  const [files, engine, requests] = await Promise.all([
    lookAtRelease(deps, rollout),
    lookAtEngine(deps, rollout, deployments),
    lookAtRequests(deps, rollout),
  ])
  // an app that does not run cannot be got to: that is said already
  const runs = engine.every(({ state }) => state === 'ok' || state === 'unmanaged' || state === 'orphaned')
  const ways = runs ? requests : requests.filter(({ problem }) => !problem.startsWith(unreachable))
  return { rollout, findings: [...files, ...engine, ...ways] }
}

const neverDeployed = (app: AppRecord): Finding => ({
  kind: 'release',
  subject: app.name,
  state: 'missing',
  problem: 'no release of it is live here',
  repair: redeployByHand(app),
})

async function readRollout(deps: DeployDeps, app: AppRecord, deployment: DeploymentRecord): Promise<Rollout | Finding> {
  try {
    const bundle = await readBundle(deps, app, deployment.release)
    const secrets = await readSecrets(deps, app, deployment.release)
    const lost = bundle.secrets.filter((name) => secrets[name] === undefined)
    if (lost.length === 0)
      return { app, deployment, bundle: await filledBundle(deps, { app, deployment, bundle }), secrets }
    return damaged(app, deployment, `its secrets are gone: ${lost.join(', ')}`)
  } catch (error) {
    return damaged(app, deployment, `its files cannot be read: ${toAppError(error).message}`)
  }
}

const damaged = (app: AppRecord, { release }: DeploymentRecord, problem: string): Finding => ({
  kind: 'release',
  subject: release,
  state: 'drifted',
  problem,
  repair: redeployByHand(app),
})

/** The files that containers see, and those that Compose reads. */
async function lookAtRelease(deps: DeployDeps, rollout: Rollout): Promise<Finding[]> {
  const { app, deployment, bundle } = rollout
  const changed = await Promise.all(
    bundle.trees.map(async ({ source, hash }) => ({
      source,
      ok: await isIntact(deps, treePath(deps, app, hash), hash),
    })),
  )
  const trees = changed
    .filter(({ ok }) => !ok)
    .map(({ source }) => damaged(app, deployment, `the release's copy of ${source || 'the project'} was changed`))
  return [...trees, ...(await changedComposeFiles(deps, rollout))]
}

/** Whether a tree is as its digest says. */
export async function isIntact({ trees }: Pick<DeployDeps, 'trees'>, path: string, hash: string): Promise<boolean> {
  const found = await trees.read(path, '').catch(() => undefined)
  return found !== undefined && treeHash(found.files) === hash
}

async function changedComposeFiles(deps: DeployDeps, rollout: Rollout): Promise<Finding[]> {
  const { app, deployment } = rollout
  const request = describeRequest(deps, rollout)
  const wanted = [
    { name: 'base.json', model: describeBase(request) },
    { name: `${deployment.id}.json`, model: describeBeside(request) },
  ].filter(({ model }) => model !== null)
  const found = await Promise.all(
    wanted.map(async ({ name, model }): Promise<Finding[]> => {
      const file = releaseFile(deps, app, deployment.release, name)
      const text = JSON.stringify(model, undefined, 2)
      if ((await deps.files.readText(file)) === text) return []
      const problem = `${name} is not what Berth wrote`
      const repair = { do: 'rewrite', file, text } as const
      return [{ kind: 'release', subject: deployment.release, state: 'drifted', problem, repair }]
    }),
  )
  return found.flat()
}

async function lookAtEngine(
  deps: DeployDeps,
  rollout: Rollout,
  deployments: readonly DeploymentRecord[],
): Promise<Finding[]> {
  const { app, deployment: live, bundle } = rollout
  const [containers, networks, volumes, hashes] = await Promise.all([
    deps.engine.containers([]),
    deps.engine.networks(),
    deps.engine.volumes([`${labels.app}=${app.id}`]),
    readHashes(deps, rollout),
  ])
  const expected = expectedOf({
    app,
    live,
    bundle,
    homeId: deps.homeId,
    ingressNetworkName: ingressNetworkName(deps.homeId),
    hashes,
  })
  // what is being ended still runs for as long as it takes, and nobody has to do anything about it
  const isEnding = deps.isRetiring(app.id)
  const going = deployments.filter(
    ({ id, state, endedAt }) => isEnding || id === app.live || state === 'starting' || endedAt === null,
  )
  const projects = new Set([baseProject(app), ...going.flatMap(({ composeProject }) => composeProject ?? [])])
  return compareApp(expected, { containers, networks, volumes }, { app, homeId: deps.homeId, projects })
}

/** What Compose would write on the containers; nothing where its files are damaged, which is said elsewhere. */
async function readHashes(deps: DeployDeps, rollout: Rollout): Promise<Record<string, Record<string, string>>> {
  const { app, deployment, bundle } = rollout
  const projects = [
    ...(servicesOf(bundle, 'in-place').length > 0 ? [{ project: baseProject(app), file: 'base.json' }] : []),
    ...(deployment.composeProject === null
      ? []
      : [{ project: deployment.composeProject, file: `${deployment.id}.json` }]),
  ]
  const read = async ({ project, file }: { project: string; file: string }) => {
    const hashes = await deps.engine.configHashes(composeFiles(deps, rollout, project, file)).catch(() => ({}))
    return [project, hashes] as const
  }
  return Object.fromEntries(await Promise.all(projects.map(read)))
}

/** While a version is being ended its routes are about to be written: only what stays changed was changed by somebody. */
async function changedForLong(deps: DeployDeps): Promise<string[]> {
  for (let looks = 0; ; looks++) {
    const changed = await changedRouteFiles(deps)
    if (changed.length === 0 || looks === 10) return changed
    await deps.clock.wait(100)
  }
}

const unreachable = 'requests do not get to the app'

/** The proxy, its files, and whether requests get through. */
async function lookAtRequests(deps: DeployDeps, { app, deployment, bundle }: Rollout): Promise<Finding[]> {
  if (bundle.entrance === null) return []
  const finding = (state: Finding['state'], problem: string, repair: Finding['repair']): Finding[] => [
    { kind: 'ingress', subject: deps.ingress.name, state, problem, repair },
  ]
  if ((await servingProxy(deps)) === undefined) return finding('missing', 'it does not run', { do: 'ingress' })
  const plan = planFor(deps, await lookAtIngress(deps))
  if (plan.do !== 'keep') return finding('drifted', 'it is not as config.toml says', { do: 'renew-ingress', plan })
  const changed = await changedForLong(deps)
  if (changed.length > 0) return finding('drifted', `somebody changed ${changed.join(', ')}`, { do: 'routes' })
  const fault = await askRoute(deps, app, deployment.id)
  return fault === null ? [] : finding('drifted', `${unreachable}: ${fault}`, { do: 'routes' })
}
