import type {
  LeftOut,
  MirrorName,
  MirrorStanding,
  MirrorUpdate,
  PackDelivery,
  Snapshot,
  SyncUnit,
} from '../machines/sync/model.ts'

/** Which of the files git does not hold travel. Patterns are gitignore syntax, relative to the project. */
export interface SyncRules {
  /** Ignored files and secrets that are wanted there. */
  include: readonly string[]
  /** What stays here though git has it not ignored. */
  exclude: readonly string[]
}

/** A project of this machine on its way to another. Reads the user's repository and never writes there. */
export interface Outgoing {
  /** Absolute: what is kept of a project between two syncs. */
  stateOf(directory: string): string
  /** What the project is now. Throws SOURCE_INVALID, GIT_FAILED. */
  snapshot(request: {
    directory: string
    rules: SyncRules
    signal?: AbortSignal | undefined
  }): Promise<OutgoingSnapshot>
  /** The objects of a unit that a mirror with these tips lacks. Large ones become a file. */
  pack(
    directory: string,
    unit: SyncUnit,
    tips: readonly string[],
    signal?: AbortSignal,
  ): Promise<PackDelivery & { path?: string }>
  /** Forgets packs that have arrived. */
  settled(directory: string): Promise<void>
}

/** A snapshot, and where it was taken. */
export interface OutgoingSnapshot extends Snapshot {
  /** Absolute: top of the repository, or the project's directory. */
  top: string
  /** Where the project lies below it: '' or `a/b/`. */
  prefix: string
}

/** Mirrors of projects of other machines, kept on this one. */
export interface Mirrors {
  /** Absolute: all are below it. */
  top: string
  /** How a mirror stands; makes its directory. From now on it counts as out of date unless it has the fingerprint. */
  prepare(name: MirrorName & { fingerprint: string }): Promise<MirrorStanding>
  /** Brings it to a snapshot. Throws SYNC_STALE when it lacks objects it was thought to have, and forgets its tips. */
  receive(update: MirrorUpdate, signal?: AbortSignal): Promise<{ directory: string }>
  /** Keeps a mirror that a directory lies in as it is while something is made of it; any other directory is no matter. */
  reading<T>(directory: string, work: () => Promise<T>): Promise<T>
  /** Every mirror: its directory, when it was last used (ms since 1970) and its size. */
  list(): Promise<{ key: string; directory: string; usedAt: number; bytes: number }[]>
  remove(key: string): Promise<void>
}

export type { LeftOut }
