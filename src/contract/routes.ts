import type { RouteInput, RouteOutput, RouteParsed } from './route.ts'
import { careRoutes } from './routes/care.ts'
import { daemonRoutes } from './routes/daemon.ts'
import { envRoutes } from './routes/env.ts'
import { logRoutes } from './routes/logs.ts'
import { sessionRoutes } from './routes/session.ts'
import { setupRoutes } from './routes/setup.ts'

/** The whole API: name → route. The OpenAPI document, the handlers' types and the client's come from this one table. */
export const routes = {
  ...envRoutes,
  ...logRoutes,
  ...sessionRoutes,
  ...setupRoutes,
  ...careRoutes,
  ...daemonRoutes,
} as const

export type Routes = typeof routes
export type RouteName = keyof Routes
export type Input<N extends RouteName> = RouteInput<Routes[N]>
export type Parsed<N extends RouteName> = RouteParsed<Routes[N]>
export type Output<N extends RouteName> = RouteOutput<Routes[N]>
