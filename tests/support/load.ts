import { Agent, request } from 'node:http'
import { request as requestSecure, Agent as SecureAgent } from 'node:https'
import { setTimeout as wait } from 'node:timers/promises'

/** What clients met while something was done. */
export interface LoadReport {
  requests: number
  /** Whatever is no 200: a status, or an error's code, with when it came (ms since the start). */
  failures: string[]
  /** Every body that was answered, in the order they were first seen. */
  bodies: string[]
}

/** Whom clients ask, and how. */
export interface LoadOptions {
  /** 127.0.0.1 unless said otherwise. */
  address?: string
  port: number
  /** Host header. */
  host: string
  /** Clients at once; half of them keep their connection, half make a new one for each request. */
  clients?: number
  /**
   * `browser`: a kept connection that ended before the answer began is opened anew, as every browser does (RFC 9110,
   * 9.2.2). `strict`: that too is a failure.
   */
  like?: 'browser' | 'strict'
  /** Over TLS; whose certificate it is does not matter. */
  secure?: boolean
}

/** Between a client's answer and its next question, ms: clients that hardly rest take a core, with the proxy, from what they wait for. */
const pause = 20

/** How long an answer may take, ms. A request that is lost is told as such long before. */
const patience = 30_000

/** Clients at work. */
export interface Load {
  /** Body → how many answers had it so far. */
  counts(): Record<string, number>
  stop(): Promise<LoadReport>
}

/** Clients that ask without a pause until they are stopped. */
export function startLoad({
  address = '127.0.0.1',
  port,
  host,
  clients = 4,
  like = 'browser',
  secure = false,
}: LoadOptions): Load {
  const report: LoadReport = { requests: 0, failures: [], bodies: [] }
  const counts = new Map<string, number>()
  const begun = performance.now()
  const agents = Array.from({ length: clients }, (_, index) => {
    const options = { keepAlive: index % 2 === 0, maxSockets: 1 }
    return secure ? new SecureAgent({ ...options, servername: host, rejectUnauthorized: false }) : new Agent(options)
  })
  const ended = new AbortController()
  const client = async (agent: Agent) => {
    while (!ended.signal.aborted) {
      const first = await ask({ address, port, host, agent })
      const answer = first.stale && like === 'browser' ? await ask({ address, port, host, agent }) : first
      report.requests += 1
      if (answer.failure !== undefined) {
        report.failures.push(`${Math.round(performance.now() - begun)} ms: ${answer.failure}`)
      } else {
        if (!counts.has(answer.body)) report.bodies.push(answer.body)
        counts.set(answer.body, (counts.get(answer.body) ?? 0) + 1)
      }
      await wait(pause)
    }
  }
  const running = agents.map(client)
  return {
    counts: () => Object.fromEntries(counts),
    async stop() {
      ended.abort()
      await Promise.all(running)
      for (const agent of agents) agent.destroy()
      return report
    },
  }
}

function ask({ address, port, host, agent }: { address: string; port: number; host: string; agent: Agent }) {
  const { promise, resolve } = Promise.withResolvers<{ body: string; failure?: string; stale?: boolean }>()
  const send = agent instanceof SecureAgent ? requestSecure : request
  const outgoing = send({ host: address, port, headers: { host }, agent, timeout: patience }, (answer) => {
    let body = ''
    answer.setEncoding('utf8')
    answer.on('data', (chunk: string) => (body += chunk))
    answer.on('end', () =>
      resolve(answer.statusCode === 200 ? { body } : { body, failure: `status ${answer.statusCode}` }),
    )
    answer.on('error', (error) => resolve({ body, failure: error.message }))
  })
  outgoing.on('timeout', () => outgoing.destroy(new Error('no answer within 30 s')))
  outgoing.on('error', (error: NodeJS.ErrnoException) =>
    resolve({ body: '', failure: error.message, stale: outgoing.reusedSocket && error.code === 'ECONNRESET' }),
  )
  outgoing.end()
  return promise
}
