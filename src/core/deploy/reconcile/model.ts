import { describeIngressPlan, type IngressPlan } from '../proxies/plan.ts'

/**
 * How something of an app stands on a machine. `missing`: it should be there. `drifted`: it is not as the release says.
 * `orphaned`: Berth made it and needs it no more. `unmanaged`: it stands in the app's place, and is not Berth's.
 */
export type DriftState = 'ok' | 'missing' | 'drifted' | 'orphaned' | 'unmanaged'

/** What would put one thing right. */
export type Repair =
  | { do: 'nothing' }
  | { do: 'start'; container: string }
  | { do: 'attach'; container: string; network: string; aliases: string[] }
  /** The same release once more, beside what runs: no request is lost. */
  | { do: 'redeploy' }
  /** What is replaced in place is made where it is gone; what runs is left alone. */
  | { do: 'make-base'; service: string }
  /** The container of a service that cannot run twice is made anew: it does not answer meanwhile. */
  | { do: 'recreate'; service: string; container: string }
  | { do: 'rewrite'; file: string; text: string }
  | { do: 'routes' }
  | { do: 'ingress' }
  /** It is not as its settings say: another takes over. */
  | { do: 'renew-ingress'; plan: IngressPlan }
  /** Only a person can know whether that is right. */
  | { do: 'by-hand'; command: string }

/** One thing that was looked at. */
export interface Finding {
  kind: 'release' | 'service' | 'container' | 'network' | 'volume' | 'ingress'
  /** As the engine or the compose file names it. */
  subject: string
  state: DriftState
  /** What is wrong with it; empty where nothing is. */
  problem: string
  repair: Repair
}

/** What `--apply` does of its own accord, what it does only where interruptions are allowed, and what it never does. */
export function reachOf(repair: Repair): 'safe' | 'interrupts' | 'by-hand' {
  const { do: what } = repair
  if (what === 'by-hand' || what === 'nothing') return 'by-hand'
  if (repair.do === 'renew-ingress') return repair.plan.do === 'replace' ? 'interrupts' : 'safe'
  return what === 'recreate' ? 'interrupts' : 'safe'
}

/** A repair in words. */
export function describeRepair(repair: Repair): string {
  if (repair.do === 'by-hand') return repair.command
  if (repair.do === 'attach') return `put it back into ${repair.network}`
  if (repair.do === 'make-base') return `make ${repair.service} again`
  if (repair.do === 'recreate') return `make ${repair.service} anew, which interrupts it`
  if (repair.do === 'renew-ingress') return describeIngressPlan(repair.plan) ?? ''
  return words[repair.do]
}

const words = {
  nothing: '',
  start: 'start it',
  redeploy: 'start the release anew, beside what runs',
  rewrite: 'write it anew',
  routes: 'write its routes anew',
  ingress: 'start the ingress',
} as const

const order: readonly DriftState[] = ['ok', 'unmanaged', 'orphaned', 'drifted', 'missing']

/** The state of the whole: that of its worst part. */
export function worstOf(findings: readonly Pick<Finding, 'state'>[]): DriftState {
  return findings.reduce<DriftState>(
    (worst, { state }) => (order.indexOf(state) > order.indexOf(worst) ? state : worst),
    'ok',
  )
}
