import { join } from 'node:path'
import type { Output } from '../../contract/routes.ts'
import { type ReleaseBundle, releaseId } from '../../core/deploy/bundle.ts'
import { type DeployResult, deployApp } from '../../core/deploy/deploy-app.ts'
import { makeBundle } from '../../core/deploy/make-bundle.ts'
import { removeApp } from '../../core/deploy/remove-app.ts'
import type { Retired } from '../../core/deploy/retire.ts'
import { rollBack } from '../../core/deploy/roll-back.ts'
import { listApps, listReleases, showApp, showOutcome } from '../../core/deploy/show-apps.ts'
import { withStage } from '../../core/deploy/stages.ts'
import type { DaemonDeps } from '../dependencies.ts'
import { sendImagesTo } from '../machines/fleet-machines.ts'
import type { Handlers } from './app.ts'
import type { FleetRoutes } from './fleet.ts'

/** Those of app-care.ts and domain.ts aside. */
type OwnRoutes = Exclude<
  Extract<keyof Handlers, `deploy.${string}` | `app.${string}` | `image.${string}`>,
  FleetRoutes | 'app.init' | 'app.reconcile' | 'app.prune' | 'app.logs' | 'app.backup' | 'app.backups' | 'app.restore'
>

/** Routes of apps → use cases. */
export function deployHandlers(deps: DaemonDeps): Pick<Handlers, OwnRoutes> {
  const answer = async (result: DeployResult, wait: boolean) => {
    const { app } = result
    const retired = result.unchanged && !wait ? null : deps.retireLater(app.id, wait && !result.unchanged)
    deps.domainsChange.ring()
    if (wait) await untilSafe(retired)
    return showOutcome(deps, result)
  }
  return {
    'deploy.bundle': async (input, scope) => {
      const { bundle, secrets, firstUse } = await withStage('bundle', () => makeBundle(deps, input, scope))
      return {
        id: releaseId(bundle),
        bundle: bundle as unknown as Output<'deploy.bundle'>['bundle'],
        secrets,
        firstUse,
      }
    },
    'deploy.run': async (input, scope) => {
      deps.redactor.learn(input.secrets)
      const bundle = input.bundle as unknown as ReleaseBundle
      return answer(await deployApp(deps, { ...input, bundle }, scope), input.wait)
    },
    'deploy.rollback': async (input, scope) => answer(await rollBack(deps, input, scope), input.wait),
    ...imageHandlers(deps),
    'app.list': async ({ context }) => ({ apps: await listApps(deps, context) }),
    'app.status': ({ context, app }) => showApp(deps, context, app),
    'app.releases': async ({ context, app }) => ({ releases: await listReleases(deps, context, app) }),
    'app.remove': async (input, scope) => ({ app: input.app, volumesKept: await removeApp(deps, input, scope) }),
  }
}

/** Waits until a version has been watched for its time. Throws what became of it where it died. */
async function untilSafe(retired: Promise<Retired | null> | null): Promise<void> {
  const became = await retired
  if (became && 'error' in became) throw became.error
}

function imageHandlers(deps: DaemonDeps): Pick<Handlers, Extract<keyof Handlers, `image.${string}`>> {
  const { incoming } = deps.paths
  return {
    'image.wanted': async ({ ids }) => {
      await deps.files.makeDirectory(incoming)
      const here = new Set((await deps.engine.images()).values())
      const missing = ids.filter((id) => !here.has(id))
      // every image is looked at for its layers: only where some are to come
      return { missing, layers: missing.length === 0 ? [] : await deps.engine.imageLayers(), incoming }
    },
    'image.load': async ({ name }) => {
      const file = join(incoming, name)
      try {
        await deps.engine.loadImages(file)
      } finally {
        await deps.files.remove(file)
      }
      return {}
    },
    'image.send': async ({ agent, ...input }, scope) => sendImagesTo(deps, { ...input, agent }, scope),
  }
}
