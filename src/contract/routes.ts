import type { RouteInput, RouteOutput, RouteParsed } from './route.ts'
import { accessRoutes } from './routes/access.ts'
import { addonRoutes } from './routes/addons.ts'
import { appCareRoutes } from './routes/app-care.ts'
import { careRoutes } from './routes/care.ts'
import { ciRoutes } from './routes/ci.ts'
import { ciSetupRoutes } from './routes/ci-setup.ts'
import { configRoutes } from './routes/config.ts'
import { contextRoutes } from './routes/context.ts'
import { daemonRoutes } from './routes/daemon.ts'
import { deployRoutes } from './routes/deploy.ts'
import { envRoutes } from './routes/env.ts'
import { eventRoutes } from './routes/events.ts'
import { fleetRoutes } from './routes/fleet.ts'
import { jobRoutes } from './routes/jobs.ts'
import { logRoutes } from './routes/logs.ts'
import { machineRoutes } from './routes/machine.ts'
import { mirrorRoutes } from './routes/mirror.ts'
import { providerRoutes } from './routes/provider.ts'
import { remoteRoutes } from './routes/remote.ts'
import { sessionRoutes } from './routes/session.ts'
import { setupRoutes } from './routes/setup.ts'
import { syncRoutes } from './routes/sync.ts'
import { terminalRoutes } from './routes/terminal.ts'
import { tunnelRoutes } from './routes/tunnel.ts'
import { vaultRoutes } from './routes/vault.ts'
import { webhookRoutes } from './routes/webhook.ts'

/** The whole API: name → route. The OpenAPI document, the handlers' types and the client's come from this one table. */
export const routes = {
  ...envRoutes,
  ...logRoutes,
  ...sessionRoutes,
  ...terminalRoutes,
  ...eventRoutes,
  ...configRoutes,
  ...setupRoutes,
  ...machineRoutes,
  ...contextRoutes,
  ...tunnelRoutes,
  ...webhookRoutes,
  ...mirrorRoutes,
  ...syncRoutes,
  ...careRoutes,
  ...vaultRoutes,
  ...deployRoutes,
  ...appCareRoutes,
  ...remoteRoutes,
  ...jobRoutes,
  ...addonRoutes,
  ...fleetRoutes,
  ...ciRoutes,
  ...ciSetupRoutes,
  ...daemonRoutes,
  ...accessRoutes,
  ...providerRoutes,
} as const

export type Routes = typeof routes
export type RouteName = keyof Routes
export type Input<N extends RouteName> = RouteInput<Routes[N]>
export type Parsed<N extends RouteName> = RouteParsed<Routes[N]>
export type Output<N extends RouteName> = RouteOutput<Routes[N]>
