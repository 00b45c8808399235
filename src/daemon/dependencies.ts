import type { CareDeps } from '../core/care/model.ts'
import type { ShowConfigDeps } from '../core/config/show-config.ts'
import type { DumpFiles } from '../core/deploy/addons/carry-dumps.ts'
import type { RunDeps } from '../core/deploy/jobs/run-once.ts'
import type { Retired } from '../core/deploy/retire.ts'
import type { EventLog } from '../core/events/event-log.ts'
import type { ConnectDeps } from '../core/machines/connect.ts'
import type { MachineDeps } from '../core/machines/deps.ts'
import type { Links } from '../core/machines/links.ts'
import type { SyncMachine } from '../core/machines/sync/deps.ts'
import type { TailnetHost } from '../core/machines/tailnet/advertise-routes.ts'
import type { TunnelHost } from '../core/machines/tunnels/accept-peer.ts'
import type { Tunnels } from '../core/machines/tunnels/keep-tunnels.ts'
import type { SetUpDeps } from '../core/names/set-up.ts'
import type { Provider } from '../core/ports/provider.ts'
import type { Repositories } from '../core/ports/repositories.ts'
import type { Mirrors, Outgoing } from '../core/ports/sync.ts'
import type { Terminals } from '../core/ports/terminals.ts'
import type { ChooseEngineDeps } from '../core/settings/choose-engine.ts'
import type { Settings } from '../core/settings/model.ts'
import type { Activity } from './activity.ts'
import type { Audit } from './http/audit.ts'
import type { Standing } from './http/standing.ts'
import type { VaultParts } from './http/vault.ts'
import type { CiParts } from './open-ci.ts'
import type { Hooks } from './open-hooks.ts'
import type { OperationRegistry } from './operations/registry.ts'
import type { Redactor } from './redactor.ts'
import type { WaysIn } from './ways-in.ts'

/** Everything the daemon's rooms may ask for; built once, in main.ts. */
export interface DaemonDeps
  extends Omit<CareDeps, 'waysIn' | 'store' | 'clock' | 'vault'>,
    SetUpDeps,
    Omit<ChooseEngineDeps, 'files'>,
    Omit<RunDeps, 'store' | 'clock'>,
    Omit<MachineDeps, 'store' | 'clock'>,
    Hooks {
  ci: CiParts
  dumpFiles: DumpFiles
  store: CareDeps['store']
  clock: CareDeps['clock']
  links: Links
  settlePool: ConnectDeps['settlePool']
  /** The tunnels to other machines, and the end of those that others have to this one. */
  tunnels: Tunnels
  tunnelHost: TunnelHost
  tailnetHost: TailnetHost
  /** Text of the script that prepares a machine. */
  prepareScript: () => Promise<string>
  /** After a deploy: watches the new version, then ends the old one. `alone`: watched also where there is no old one. */
  retireLater: (app: string, alone?: boolean) => Promise<Retired | null>
  operations: OperationRegistry
  events: EventLog
  outgoing: Outgoing
  repositories: Repositories
  terminals: Terminals
  mirrors: Mirrors
  /** A connected machine, as the sync of projects sees it. Throws MACHINE_NOT_CONNECTED, MACHINE_UNREACHABLE. */
  syncMachine: (context: string, name: string) => Promise<SyncMachine>
  runningSessions: () => Promise<Map<string, number>>
  waysIn: WaysIn
  redactor: Redactor
  vault: VaultParts
  readSettings: ShowConfigDeps['readSettings']
  readProjectFiles: ShowConfigDeps['readProjectFiles']
  settings: Settings
  audit: Audit
  standing: Standing
  activity: Activity
  /** The provider of machines, asked with this token, else with the kept one. */
  provider: (token: string | undefined) => Promise<Provider>
  keepsProviderToken: () => Promise<boolean>
  /** Where the API is served over TLS, and what certificate it shows; null: nowhere. */
  api: { address: string; fingerprint: string } | null
  startedAt: Date
  version: string
  /** Ends the process after its answer is sent; where another berthd takes its place, connections stay for that. */
  stop: (options?: { replaced: boolean }) => void
}
