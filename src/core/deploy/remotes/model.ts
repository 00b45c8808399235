/** A repository on this machine; what is pushed to its branch is deployed. */
export interface RemoteRecord {
  context: string
  app: string
  /** The one branch that is deployed. */
  branch: string
  /** Where the project lies below the top of the repository; empty: at its top. */
  directory: string
  /** What whoever made it calls this machine: `${BERTH_MACHINE}` of what is deployed. */
  machine: string
  /** `user@host`. */
  createdBy: string
  /** ISO 8601, UTC. */
  createdAt: string
}

/** One line of what git tells a hook: a ref, and where it leads before and after; null: it is not there. */
export interface RefUpdate {
  before: string | null
  after: string | null
  ref: string
}

/** A push as its hook sees it. */
export interface Push {
  /** What git wrote to the hook. */
  updates: string
  /** Where git keeps what came until it is taken; null: it is in the repository already. */
  objects: string | null
}

/** What a push comes to. */
export interface PushVerdict {
  /** The commit to deploy, and what the branch was at; null: only tags came. */
  deploy: { commit: string; before: string | null } | null
  /** For the pusher. */
  notes: string[]
}
