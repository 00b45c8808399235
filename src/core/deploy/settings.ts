import type { DeployDocument } from '../config/deploy-schema.ts'
import type { DeploySettings } from './model.ts'

/** A project's `[deploy]` table with every default filled in. */
export function resolveDeploySettings(table: DeployDocument | null): DeploySettings {
  const { app = null, ingress = null, domains = [], health = {}, drain = 10, bake = 15, retention = 5 } = table ?? {}
  const { path = '/', port = null, timeout = 60, command = null } = health
  const kind = health.kind ?? (command === null ? 'http' : 'command')
  return {
    app,
    ingress,
    domains,
    health: { kind, command, path, port, timeoutSeconds: timeout },
    drainSeconds: drain,
    bakeSeconds: bake,
    strategy: table?.strategy ?? 'serial',
    maxParallel: table?.parallel ?? null,
    canary: { share: table?.canary?.share ?? null, errors: table?.canary?.errors ?? 5 },
    retention,
  }
}
