import type { EnvDeps } from '../envs/deps.ts'
import type { ResolverCheck } from '../ports.ts'
import type { SessionDeps } from '../sessions/deps.ts'

/** What running something in an env may ask for: all that envs and sessions do. */
export type RunDeps = EnvDeps &
  Omit<SessionDeps, 'store' | 'paths'> & {
    resolver: ResolverCheck
    /** Whether sessions run as root. */
    asRoot: boolean
  }
