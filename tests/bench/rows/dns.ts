import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { daemonFlags } from '../../../src/client/start-daemon.ts'
import { median } from '../measure.ts'
import type { Bench, Row } from '../model.ts'
import { newNameResult } from './new-names.ts'

const names = join(import.meta.dirname, '..', 'names')
const run = promisify(execFile)

interface Load {
  answersPerSecond: number
  p50: number
  p99: number
  asked: number
  lost: number
  wrong: number
}

/** The name server: how much it answers on one core, how late, and how soon a new name is there. */
export const dnsRow: Row = {
  name: 'dns',
  about: 'The name server with 1,000 names, on one core; who asks has another',
  async measure(bench) {
    const port = await startServer(bench)
    const ask = (mode: 'window' | 'rate', amount: number, seconds: number) => load(port, seconds, mode, amount)
    await ask('window', 16, 1)
    const rounds = bench.quick ? 3 : 5
    const seconds = bench.quick ? 1 : 2
    const [fast, steady]: [Load[], Load[]] = [[], []]
    for (let round = 0; round < rounds; round++) {
      fast.push(await ask('window', 16, seconds))
      steady.push(await ask('rate', 20_000, seconds))
    }
    const all = [...fast, ...steady]
    const asked = all.reduce((sum, one) => sum + one.asked, 0)
    return [
      {
        title: 'answers a second',
        detail: '16 questions in flight',
        value: median(fast.map(({ answersPerSecond }) => answersPerSecond)),
        unit: '/s',
        limit: 20_000,
        bound: 'least',
      },
      {
        title: '99 of 100 answers, at 20,000 questions a second',
        detail: `p50 ${median(steady.map(({ p50 }) => p50)).toFixed(2)} ms; ${Math.round(median(steady.map(({ answersPerSecond }) => answersPerSecond))).toLocaleString('en')} answers /s`,
        value: median(steady.map(({ p99 }) => p99)),
        unit: 'ms',
        limit: 2,
        bound: 'most',
      },
      {
        title: 'wrong answers',
        detail: `of ${asked.toLocaleString('en')}; ${all.reduce((sum, { lost }) => sum + lost, 0)} datagrams lost on the way`,
        value: all.reduce((sum, { wrong }) => sum + wrong, 0),
        unit: 'lost',
        limit: 0,
        bound: 'most',
      },
      await newNameResult(bench),
    ]
  },
}

async function startServer(bench: Bench): Promise<number> {
  const [file = '', ...args] = onCore(0, [process.execPath, ...daemonFlags, join(names, 'dns-server.ts')])
  const child: ChildProcess = spawn(file, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  bench.defer(async () => void child.kill())
  const [first] = (await once(child.stdout as NodeJS.EventEmitter, 'data')) as [Buffer]
  return Number(first.toString())
}

async function load(port: number, seconds: number, mode: string, amount: number): Promise<Load> {
  const argv = [process.execPath, join(names, 'dns-load.ts'), ...[port, seconds, mode, amount].map(String)]
  const [file = '', ...args] = onCore(1, argv)
  return JSON.parse((await run(file, args)).stdout) as Load
}

/** Bound to one core, so that neither side takes the other's; where there is only one they share it. */
function onCore(core: number, argv: readonly string[]): string[] {
  const pinned = process.platform === 'linux' && availableParallelism() > 1
  return pinned ? ['taskset', '--cpu-list', String(core), ...argv] : [...argv]
}
