import { existsSync, readFileSync } from 'node:fs'
import { request } from 'node:http'
import { socketPath } from '../../src/contract/home.ts'
import type { Input, RouteName } from '../../src/contract/routes.ts'
import { routePath } from '../../src/contract/wire.ts'
import type { TestBerth } from './berth.ts'
import { eventually } from './eventually.ts'

interface Status {
  running: boolean
  pid?: number
  version?: string
}

/** Process id of the daemon that serves a home now. */
export async function daemonPid(berth: TestBerth): Promise<number> {
  const { pid } = await berth.data<Status>(['daemon', 'status'])
  if (pid === undefined) throw new Error('no daemon is running')
  return pid
}

/** Whether a process is there and no zombie. */
export function isRunning(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // the state stands behind the program's name, which may hold anything
    return !stat.slice(stat.lastIndexOf(')')).startsWith(') Z')
  } catch {
    return false
  }
}

/** Whether a process of this id is there, be it one that has ended and that its parent has not asked for yet. */
export const isKnown = (pid: number): boolean => existsSync(`/proc/${pid}`)

/** Ends the daemon kindly and waits until it is gone. */
export async function stopDaemon(berth: TestBerth): Promise<void> {
  const { running, pid } = await berth.data<Status>(['daemon', 'status'])
  if (!running || pid === undefined) return
  await berth.ok(['daemon', 'stop'])
  await eventually(() => {
    if (isRunning(pid)) throw new Error(`berthd ${pid} still runs`)
  })
}

/** Sends a request to the daemon as a caller that does not care for the answer; resolves once it has begun or broken off. */
export function askDaemon<N extends RouteName>({ home }: TestBerth, name: N, input: Input<N>): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const headers = { 'content-type': 'application/json' }
  const options = { socketPath: socketPath(home), path: routePath(name), method: 'POST', headers, agent: false }
  const outgoing = request(options, (answer) => {
    answer.on('error', () => undefined).resume()
    resolve()
  })
  outgoing.on('error', () => resolve())
  outgoing.end(JSON.stringify(input))
  return promise
}
