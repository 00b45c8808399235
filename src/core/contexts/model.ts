/** The boundary of deploy state: machines, apps, secrets and events of one context are never seen from another. */
export interface ContextRecord {
  name: string
  /** ISO 8601, UTC. */
  createdAt: string
}

/** The context where none is named; it is always there. */
export const defaultContext = 'default'

/** What a context holds on this machine. */
export interface ContextView {
  name: string
  /** Commands that name no context mean this one. */
  current: boolean
  /** ISO 8601, UTC; null for the one that is always there, and for one of somebody who deploys to this machine. */
  createdAt: string | null
  /** Names of the machines connected in it. */
  machines: string[]
  /** Names of its apps on this machine. */
  apps: string[]
  /** Its vaults in the state directory, by scope: `context`, `app shop`, `machine big-box`. */
  vaults: string[]
}
