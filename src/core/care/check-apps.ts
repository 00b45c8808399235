import { labels } from '../labels.ts'
import type { CareDeps } from './model.ts'

/** Something of an app that is not there any more. */
export interface LostAppPart {
  kind: 'app-container' | 'app-network' | 'app-files'
  subject: string
  remove: () => Promise<void>
}

/** What apps that were removed left behind; their volumes are data, and stay until somebody asks for them to go. */
export async function findLostAppParts(
  deps: Pick<CareDeps, 'engine' | 'store' | 'files' | 'paths' | 'homeId'>,
): Promise<LostAppPart[]> {
  const known = new Set((await deps.store.deploys.apps()).map(({ id }) => id))
  const own = [`${labels.appHome}=${deps.homeId}`]
  const [containers, networks, directories] = await Promise.all([
    deps.engine.containers(own),
    deps.engine.networks(own),
    deps.files.list(deps.paths.app()),
  ])
  const isLost = ({ labels: each }: { labels: Record<string, string> }) => {
    const app = each[labels.app] ?? each[labels.runApp]
    // what is no app's is the ingress, which goes with the last one
    return app === undefined ? known.size === 0 : !known.has(app)
  }
  return [
    ...containers.filter(isLost).map(({ id, name }) => ({
      kind: 'app-container' as const,
      subject: name,
      remove: () => deps.engine.removeContainer(id),
    })),
    ...networks.filter(isLost).map(({ id, name }) => ({
      kind: 'app-network' as const,
      subject: name,
      remove: () => deps.engine.removeNetwork(id),
    })),
    ...directories
      .filter((id) => !known.has(id))
      .map((id) => ({
        kind: 'app-files' as const,
        subject: deps.paths.app(id),
        remove: () => deps.files.remove(deps.paths.app(id)),
      })),
  ]
}
