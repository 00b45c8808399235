import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { systemClock } from '../adapters/clock/system-clock.ts'
import { createLocalHost } from '../adapters/host/local-host.ts'
import { createReadyLines } from '../adapters/lines/ready-lines.ts'
import { createPackages } from '../adapters/packages/packages.ts'
import { createSshWays } from '../adapters/ssh/ssh-ways.ts'
import { machineSockets } from '../contract/home.ts'
import type { EventLog } from '../core/events/event-log.ts'
import type { MachineDeps } from '../core/machines/deps.ts'
import { createHearing } from '../core/machines/hear-links.ts'
import { createLinks } from '../core/machines/keep-links.ts'
import type { Store } from '../core/ports.ts'
import type { Settings } from '../core/settings/model.ts'
import type { KeyedLock } from '../lib/keyed-lock.ts'
import { version } from '../lib/version.ts'
import { askDaemon } from './machines/ask-daemon.ts'
import { openSyncMachine } from './open-sync-machine.ts'
import { openTunnels } from './open-tunnels.ts'

interface MachineParts {
  home: string
  homeId: string
  store: Store
  locks: KeyedLock
  events: EventLog
  settings: Settings
  log: (message: string) => void
}

/** The part of the daemon that knows other machines. ssh is not among the programs a new berthd ends: connections outlive it. */
export function openMachines({ home, homeId, store, locks, events, settings, log }: MachineParts) {
  const root = dirname(dirname(process.argv[1] ?? ''))
  const local = createLocalHost()
  const deps: MachineDeps = {
    store,
    clock: systemClock,
    ways: createSshWays({ local, environment: process.env }),
    packages: createPackages({
      host: local,
      root,
      directory: join(home, 'uploads'),
      version,
      node: { file: process.execPath, platform: process.platform, arch: process.arch },
    }),
    homeId,
    version,
    machineSockets: (context, name) => machineSockets(home, context, name),
    askDaemon: (socket, timeoutMs) => askDaemon(socket, 'daemon.vitals', {}, timeoutMs),
  }
  const heard = createHearing({ ...deps, lines: createReadyLines(), events, log })
  const links = createLinks({ ...deps, locks, heard, log })
  const ends = openTunnels({ ...deps, home, store, locks, settings, links, local, log })
  return {
    ...deps,
    ...ends,
    links,
    syncMachine: openSyncMachine(home, links),
    prepareScript: () => readFile(join(root, 'scripts', 'prepare-machine.sh'), 'utf8'),
  }
}
