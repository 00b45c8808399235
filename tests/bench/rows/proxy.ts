import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { Agent, request } from 'node:http'
import { join } from 'node:path'
import { median, quantile } from '../measure.ts'
import type { Bench, Row } from '../model.ts'

const program = join(import.meta.dirname, '..', 'names', 'proxy.ts')
const total = 10_000

/** The proxy: what it adds to a request, and whether any fails. */
export const proxyRow: Row = {
  name: 'proxy',
  about: 'Requests of 1 kB through the proxy and without it, in turns, one after the other over a kept connection',
  async measure(bench) {
    const direct = await start(bench, 'service')
    const proxied = await start(bench, 'proxy', direct)
    const count = bench.quick ? 2000 : total
    const rounds = 20
    const [bare, through]: [number[], number[]] = [[], []]
    let failed = 0
    for (let round = 0; round <= rounds; round++) {
      for (const [port, times] of [[direct, bare] as const, [proxied, through] as const]) {
        const results = await requests(port, count / rounds)
        // the first round warms all three processes up
        if (round > 0) times.push(...results.times)
        if (port === proxied) failed += results.failed
      }
    }
    const at = (times: number[], part: number) => `${quantile(times, part).toFixed(2)} ms`
    return [
      {
        title: 'added at p50',
        detail: `${at(through, 0.5)}, p99 ${at(through, 0.99)}; without it ${at(bare, 0.5)}, p99 ${at(bare, 0.99)}`,
        value: median(through) - median(bare),
        unit: 'ms',
        limit: 1,
        bound: 'most',
      },
      {
        title: 'failed requests',
        detail: `of ${count.toLocaleString('en')}`,
        value: failed,
        unit: 'lost',
        limit: 0,
        bound: 'most',
      },
    ]
  },
}

async function start(bench: Bench, role: 'service' | 'proxy', port = 0): Promise<number> {
  const child: ChildProcess = fork(program, [role, String(port)], { execArgv: ['--max-semi-space-size=1'] })
  bench.defer(async () => void child.kill())
  return ((await once(child, 'message')) as [number])[0]
}

async function requests(port: number, count: number): Promise<{ times: number[]; failed: number }> {
  const agent = new Agent({ keepAlive: true })
  const times: number[] = []
  let failed = 0
  for (let sent = 0; sent < count; sent++) {
    const begin = performance.now()
    if ((await get(port, agent)) !== 1000) failed++
    times.push(performance.now() - begin)
  }
  agent.destroy()
  return { times, failed }
}

/** How many bytes came; -1 for a failure. */
function get(port: number, agent: Agent): Promise<number> {
  return new Promise((resolve) => {
    const sent = request({ host: '127.0.0.1', port, agent, headers: { Host: 'web.feat.localhost' } }, (reply) => {
      let bytes = 0
      reply.on('data', (chunk: Buffer) => (bytes += chunk.length))
      reply.once('end', () => resolve(reply.statusCode === 200 ? bytes : -1))
      reply.once('error', () => resolve(-1))
    })
    sent.once('error', () => resolve(-1))
    sent.end()
  })
}
