import type { RemoteDeps } from '../deploy/remotes/deps.ts'
import type { Links } from '../machines/links.ts'
import type { Tunnels } from '../machines/tunnels/keep-tunnels.ts'
import type { SetUpDeps } from '../names/set-up.ts'
import type { Mirrors } from '../ports/sync.ts'
import type { TextSearch } from '../ports/text-search.ts'
import type { RunDeps } from '../run/deps.ts'
import type { VaultDeps } from '../vault/open-vault.ts'

/** Something that is not as it should be. */
export interface Finding {
  /** Stable word for programs: `orphaned-container`, `engine-away` … */
  kind: string
  /** What it is about: a container's name, a path, an env. */
  subject: string
  /** What is wrong, in a sentence. */
  problem: string
  /** What mends it: what `doctor --fix` does, or what the user can do. */
  remedy: string
  /** `note`: nothing is wrong, but good to know. */
  severity: 'error' | 'warning' | 'note'
}

/** A finding that may know how to mend itself; mending is safe to repeat. */
export interface Fault extends Finding {
  repair?: () => Promise<void>
}

/** One thing to look at. It never throws for what it looks for: that is a finding. */
export type Check = (deps: CareDeps) => Promise<Fault[]>

/** What looking after a machine may ask for. */
export type CareDeps = RunDeps &
  RemoteDeps &
  Pick<SetUpDeps, 'resolverSetup' | 'wish'> & {
    /** Where DNS and the proxy answer, or null where no port was free. */
    waysIn: { dns: string | null; proxy: string | null }
    vault: VaultDeps
    textSearch: TextSearch
    mirrors: Pick<Mirrors, 'list' | 'remove'>
    /** The connected machines, and how their services are reached. */
    links: Pick<Links, 'list'>
    tunnels: Pick<Tunnels, 'reach'>
    /** Whether an operation is under way in this daemon. */
    isUnderWay: (operation: string) => boolean
    /** Bytes free on the file system of a path. */
    freeBytes: (path: string) => Promise<number>
  }
