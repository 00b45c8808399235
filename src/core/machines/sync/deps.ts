import type { KeyedLock } from '../../../lib/keyed-lock.ts'
import type { EnvRef } from '../../envs/find-env.ts'
import type { Results } from '../../envs/results.ts'
import type { Outgoing } from '../../ports/sync.ts'
import type { ProjectDeps } from '../../projects/deps.ts'
import type { MirrorName, MirrorStanding, MirrorUpdate } from './model.ts'

/** A machine as the sync of projects sees it. Rejects with MACHINE_NOT_CONNECTED, MACHINE_UNREACHABLE, and what it says. */
export interface SyncMachine {
  name: string
  prepare(wish: MirrorName & { fingerprint: string }): Promise<MirrorStanding>
  receive(update: MirrorUpdate): Promise<{ directory: string }>
  /**
   * Brings files and directories (relative to `from`, bytes as latin1) to the same places below `to` there; what is cut
   * off goes on where it stopped. `mirror`: directories become as they are here.
   */
  sendFiles(job: SendJob): Promise<void>
  /** Commits an env's work there and packs it. */
  results(request: ResultsRequest): Promise<TheirResults>
  /** Brings a file from there; what is here of it already is not sent again. Writes nowhere else. */
  fetchFile(job: { from: string; to: string; signal?: AbortSignal | undefined }): Promise<void>
}

export interface ResultsRequest {
  env: EnvRef
  message?: string | undefined
  /** Commits that are here. */
  haves: string[]
}

/** What a machine says of an env's work: nothing of it is to be trusted. */
export type TheirResults = Results

export interface SendJob {
  /** Absolute, here. */
  from: string
  /** Absolute, there. */
  to: string
  paths: readonly string[]
  mirror: boolean
  signal?: AbortSignal | undefined
}

/** What the sync of projects needs. */
export interface SyncDeps extends Pick<ProjectDeps, 'store' | 'files' | 'paths' | 'loadConfig'> {
  outgoing: Outgoing
  locks: KeyedLock
  /** Identity of this BERTH_HOME. */
  homeId: string
  /** A connected machine. Throws MACHINE_NOT_CONNECTED, MACHINE_UNREACHABLE. */
  syncMachine(name: string): Promise<SyncMachine>
}
