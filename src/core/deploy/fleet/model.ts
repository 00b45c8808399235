import type { Strategy } from '../model.ts'

/** Where one machine of a deploy over several stands. */
export type FleetMachineState = 'waiting' | 'under-way' | 'live' | 'unchanged' | 'failed' | 'cancelled'

/** Why a machine failed: the one form every failure of a deploy has. */
export interface FleetFailure {
  code: string
  stage: string | null
  machine: string
  message: string
  hint: string
  details: Record<string, unknown>
}

/** One machine of a deploy over several. */
export interface FleetMachine {
  machine: string
  state: FleetMachineState
  /** Operation there: asked again under the same id, it is joined and not begun a second time. */
  operation: string
  /** Number of the release that takes the requests there, as far as known. */
  number: number | null
  error: FleetFailure | null
}

/** Machines that are deployed to in one go. */
export interface Wave {
  machines: string[]
  /** How many of them at once. */
  atOnce: number
  /** The next wave waits until each was watched for its time. */
  gate: boolean
  /** Whatever else was asked for: when it fails nothing follows. */
  canary: boolean
  /** Percent of the requests the new version gets first. */
  share: number | null
}

/** How a deploy goes over several machines. */
export interface FleetPlan {
  strategy: Strategy
  waves: Wave[]
  continueOnError: boolean
  /** The last ones too are done only once they were watched. */
  wait: boolean
  /** Overrules the release's. */
  watchSeconds: number | null
}

/** A deploy over several machines, as the machine that leads it remembers it: the last one of each app. */
export interface FleetRecord {
  id: string
  context: string
  app: string
  release: string
  by: string
  breakLock: boolean
  plan: FleetPlan
  machines: FleetMachine[]
  state: 'running' | 'done' | 'failed' | 'cancelled'
  startedAt: string
  endedAt: string | null
}
