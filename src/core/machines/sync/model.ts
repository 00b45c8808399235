/**
 * A project travels to a machine as what git makes of it: for each repository in it a commit of its files as they lie
 * there now (the *state*), with the refs and settings an env's workspace needs. Files git does not hold go by rsync.
 */

/** One repository of a project, or the project itself where it is none. */
export interface SyncUnit {
  /** Relative to the top, bytes as latin1: '' for the top itself, else a submodule or another repository inside. */
  path: string
  format: ObjectFormat
  /** Commit whose tree holds every file byte for byte as it lies there: uncommitted and untracked ones too. */
  state: string
  /** Directories in which nothing travels, relative to the unit; bytes as latin1. */
  empty: string[]
  /** null where the directory is no git repository. */
  repository: SyncRepository | null
}

export type ObjectFormat = 'sha1' | 'sha256'

/** What of a repository a copy of it needs beside its objects. */
export interface SyncRepository {
  /** Commit that is checked out; null before the first one. */
  head: string | null
  /** Branch that is checked out, `refs/heads/main`; null: none. */
  branch: string | null
  /** What is staged: a tree, or the commit whose tree it is; null before anything is. */
  index: string | null
  /** Branches, tags and remote branches: full name → object. */
  refs: Record<string, string>
  /** Commits whose parents were never fetched. */
  shallow: string[]
  /** Whether objects may be missing (a partial clone). */
  partial: boolean
  /** Settings of its config that a copy elsewhere can use, without any credentials. */
  settings: [key: string, value: string][]
  /** Text of `info/exclude`. */
  exclude: string
  /** Where only a part is checked out: text of `info/sparse-checkout`, and the files that are not there for it. */
  sparse: { patterns: string; absent: string[] } | null
  /** null where nothing is. */
  underWay: UnderWay | null
}

/** Files of a git directory that name what is being taken in, and those that say how. */
export const underWayHeads = ['MERGE_HEAD', 'CHERRY_PICK_HEAD', 'REVERT_HEAD'] as const
export const underWayTexts = ['MERGE_MSG', 'MERGE_MODE'] as const

/** A merge, cherry-pick or revert that waits for hands. */
export interface UnderWay {
  heads: Partial<Record<(typeof underWayHeads)[number], string[] | undefined>>
  texts: Partial<Record<(typeof underWayTexts)[number], string | undefined>>
  /** What is in conflict, as the index has it: up to three stages of each file; bytes as latin1. */
  unmerged: { mode: string; oid: string; stage: number; path: string }[]
}

/** Something of the project that stays here unless it is asked for. */
export interface LeftOut {
  /** Relative to the project, for people; directories end in `/`. */
  path: string
  reason: 'ignored' | 'secret' | 'unreadable'
}

/** A project as it is to be on the machine. */
export interface Snapshot {
  /** Differs whenever anything of it does. */
  fingerprint: string
  /** Parents before what lies in them. */
  units: SyncUnit[]
  leftOut: LeftOut[]
  /** Files and directories that go by rsync, relative to the top; bytes as latin1. */
  extras: string[]
}

/** How the objects of a unit come: with the request, or as a file that was brought there before. */
export type PackDelivery = { kind: 'none' } | { kind: 'inline'; base64: string } | { kind: 'file'; name: string }

/** What a machine knows of its mirror of a unit. */
export interface UnitTips {
  path: string
  /** Objects it has, with all they lead to. */
  tips: string[]
  format: ObjectFormat
  repository: boolean
  shallow: string[]
}

/** A mirror before it is brought up to date. */
export interface MirrorStanding {
  /** Absolute, there. */
  directory: string
  /** Where pack files are brought to, absolute, there. */
  incoming: string
  upToDate: boolean
  units: UnitTips[]
}

/** Which mirror: of which directory of which BERTH_HOME; and what it is called there. */
export interface MirrorName {
  key: string
  /** Name of the directory, as it is here: it names the project where nothing else does. */
  name: string
}

/** Brings a mirror to a snapshot. */
export interface MirrorUpdate extends MirrorName {
  fingerprint: string
  /** Paths that came by rsync and are wanted no more; bytes as latin1. */
  drop: string[]
  units: (SyncUnit & { pack: PackDelivery })[]
}
