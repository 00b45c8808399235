import { join } from 'node:path'
import { firstPorts, type ProxyInstance } from '../../ports/ingress.ts'
import type { DeployDeps } from '../deps.ts'

/** One proxy of the ingress: a service of its compose project. */
export interface ProxyRecord {
  service: string
  httpPort: number
  tlsPort: number
  /** When another took over, ms: it finishes what it has begun, and is ended. */
  leavingSince: number | null
}

/** Which proxies stand, and which of them takes new connections. */
export interface IngressRecord {
  /** Service that publishes the ports of the machine; the others listen in its network namespace. */
  front: string
  serving: string
  /** When the front started that was told to hand connections on to another, ms. One that starts anew serves by itself. */
  toldAt: number | null
  proxies: ProxyRecord[]
}

const first: ProxyRecord = { service: 'proxy', ...firstPorts, leavingSince: null }
const fresh: IngressRecord = { front: 'proxy', serving: 'proxy', toldAt: null, proxies: [first] }

type RecordDeps = Pick<DeployDeps, 'files' | 'paths'>

/** What stands; a record that cannot be read says that the first proxy does, which is made anew where that is wrong. */
export async function readIngressRecord({ files, paths }: RecordDeps): Promise<IngressRecord> {
  const text = await files.readText(fileOf(paths))
  if (text === undefined) return fresh
  try {
    return JSON.parse(text) as IngressRecord
  } catch {
    return fresh
  }
}

/** Writes down what stands. */
export async function writeIngressRecord({ files, paths }: RecordDeps, record: IngressRecord): Promise<void> {
  await files.writeText(fileOf(paths), `${JSON.stringify(record, undefined, 2)}\n`)
}

/** Nothing stands any more. */
export const forgetIngressRecord = ({ files, paths }: RecordDeps): Promise<void> => files.remove(fileOf(paths))

const fileOf = ({ ingress }: RecordDeps['paths']) => join(ingress, 'proxies.json')

/** A new front: nothing stands but it. */
export const recordOf = (service: string): IngressRecord => ({
  front: service,
  serving: service,
  toldAt: null,
  proxies: [{ ...first, service }],
})

/** What the program of a proxy has to know of it. */
export const instanceOf = ({ httpPort, tlsPort, leavingSince }: ProxyRecord): ProxyInstance => ({
  httpPort,
  tlsPort,
  isLeaving: leavingSince !== null && httpPort !== firstPorts.httpPort,
})
