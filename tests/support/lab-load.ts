import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import type { Lab, LabHost } from './lab.ts'
import type { LoadReport } from './load.ts'

const program = join(import.meta.dirname, 'load-program.ts')

/** Clients on the laptop that never stop asking an app through the front door of each host. */
export interface LabLoad {
  /** What they met, by host. */
  stop(): Promise<Record<LabHost, LoadReport>>
}

interface LabLoadOptions {
  host: string
  port: number
  hosts?: readonly LabHost[]
  /** Where a host is asked, if not at its own address. */
  addresses?: Partial<Record<LabHost, string>>
}

/** Starts them: two for each host. */
export function startLabLoad(lab: Lab, { host, port, hosts = lab.hosts, addresses = {} }: LabLoadOptions): LabLoad {
  const addressOf = (name: LabHost) => addresses[name] ?? name.replace('h', '10.77.0.1')
  const targets = hosts.map((name) => ({ address: addressOf(name), port, host, clients: 2 }))
  const [command = '', ...within] = lab.within
  const args = [...within, process.execPath, program, JSON.stringify(targets)]
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] })
  const output = text(child.stdout)
  return {
    async stop() {
      child.stdin.end()
      const reports = JSON.parse(await output) as LoadReport[]
      return Object.fromEntries(hosts.map((name, at) => [name, reports[at]])) as Record<LabHost, LoadReport>
    },
  }
}
