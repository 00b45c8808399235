import { isWildcard } from '../../lib/domain.ts'
import { defaultContext } from '../contexts/model.ts'
import type { AppRecord, DeploySettings } from './model.ts'

type Named = Pick<AppRecord, 'name' | 'context' | 'domains'>
type Settled = Pick<DeploySettings, 'domains'>

/** Host names an app answers to: its domains, else one that leads to this machine. At least one; `*.` may stand in front. */
export function hostsOf(app: Named, { domains }: Settled): [string, ...string[]] {
  const [first, ...rest] = new Set([...domains, ...(app.domains ?? [])])
  if (first !== undefined) return [first, ...rest]
  // two contexts may each have an app of this name on one machine
  return [app.context === defaultContext ? `${app.name}.localhost` : `${app.name}.${app.context}.localhost`]
}

/** A host name to ask an app by. */
export function hostToAsk(app: Named, settings: Settled): string {
  const [first, ...rest] = hostsOf(app, settings)
  return [first, ...rest].find((host) => !isWildcard(host)) ?? first.replace('*', 'berth')
}
