import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClient } from '../../../src/client/client.ts'
import { remoteTransport } from '../../../src/client/remote.ts'
import type { TestBerth } from '../../support/berth.ts'
import { images } from '../../support/images.ts'
import { type Lab, raiseLab } from '../../support/lab.ts'
import { projectOn } from '../../support/lab-project.ts'
import { makeProject } from '../../support/project.ts'
import { elapsed, median, pairs, program, showMs } from '../measure.ts'
import type { Bench, Result, Row } from '../model.ts'
import { berthProgram } from '../support.ts'

/** Each way, ms. */
const delay = 20
const lab_ = join(import.meta.dirname, '..', '..', 'lab', 'lab.sh')

const compose = `services:
  web: { image: "${images.busybox}", command: sleep 100000, init: true }
`

/** Twenty megabytes in lines of 100 bytes, then quiet. */
const loud = `services:
  loud:
    image: ${images.busybox}
    command: ["sh", "-c", "yes ${'x'.repeat(99)} | head -n 200000; sleep 100000"]
    init: true
`

/** Other machines, 40 ms away. */
export const machinesRow: Row = {
  name: 'machines',
  about: 'Other machines, with 40 ms there and back; what the laptop of the lab itself costs to enter is taken off',
  async measure(bench) {
    const lab = await raiseLab({ hosts: 3 })
    bench.defer(() => lab.close())
    const berth = await lab.openBerth()
    for (const host of lab.hosts) await lab.fault('impair', host, `delay=${delay}`)
    const results = await connecting(bench, berth)
    const rtt = await roundTrip(lab)
    const enter = median(
      await times(bench.runs, () => elapsed({ argv: [lab_, 'exec', 'laptop', 'true'], env: berth.env })),
    )
    return [
      ...results,
      await aCall(bench, berth, rtt),
      await listing(bench, berth, { rtt, enter }),
      await nothingToDo(bench, lab, berth, rtt),
      await logStream(bench, lab, berth),
    ]
  },
}

async function times(runs: number, run: () => number | Promise<number>): Promise<number[]> {
  const taken: number[] = []
  for (let round = 0; round <= runs; round++) taken.push(await run())
  return taken.slice(1)
}

const inLaptop = (berth: TestBerth, ...args: string[]) => ({
  argv: [lab_, 'exec', 'laptop', berthProgram, ...args],
  env: berth.env,
  cwd: tmpdir(),
})

/** Connects to the SSH port, ten times one after another: each is one round trip, and nothing of ours. */
const connectTen = `
const { connect } = require('node:net')
const once = () => new Promise((done) => {
  const start = performance.now()
  const socket = connect(22, 'h1', () => (socket.destroy(), done(performance.now() - start)))
})
;(async () => { for (let i = 0; i < 10; i++) console.log(await once()) })()
`

/** What packets take there and back: the delay, and what the lab's relay adds. */
async function roundTrip(lab: Lab): Promise<number> {
  const { stdout, stderr } = await lab.laptop([process.execPath, '-e', connectTen])
  const taken = stdout.trim().split('\n').map(Number)
  if (taken.length !== 10) throw new Error(`no round trip was measured: ${stderr}`)
  return median(taken)
}

async function connecting(bench: Bench, berth: TestBerth): Promise<Result[]> {
  // packed once in the life of a build
  elapsed(inLaptop(berth, 'connect', 'h1'))
  const bare: number[] = []
  for (const host of ['h2', 'h3']) bare.push(elapsed(inLaptop(berth, 'connect', host)))
  const prepared = await times(bench.quick ? 1 : 5, async () => {
    await berth.ok(['disconnect', 'h1'], { cwd: tmpdir() })
    return elapsed(inLaptop(berth, 'connect', 'h1'))
  })
  const line = (title: string, taken: number[], limit: number): Result => ({
    title,
    detail: 'wall clock, SSH login included',
    value: median(taken),
    unit: 'ms',
    limit,
    bound: 'most',
  })
  return [
    line('`berth connect`, a machine that has Berth', prepared, 3000),
    line('`berth connect`, a bare machine: 57 MB are sent', bare, 20_000),
  ]
}

async function aCall(bench: Bench, berth: TestBerth, rtt: number): Promise<Result> {
  const machine = { home: berth.home, context: 'default', name: 'h1', agent: undefined }
  const nobody = createClient({ machine: 'local', open: () => Promise.reject(new Error('not asked')) })
  const client = createClient(
    remoteTransport(machine, nobody, { onNotice: () => undefined, signal: new AbortController().signal }),
  )
  const taken = await times(bench.quick ? 5 : 30, async () => {
    const start = performance.now()
    await client.call('env.list', {})
    return performance.now() - start
  })
  return {
    title: 'a call, beyond the round trip',
    detail: `${showMs(median(taken))}; the round trip ${showMs(rtt)}`,
    value: median(taken) - rtt,
    unit: 'ms',
    limit: 15,
    bound: 'most',
  }
}

async function listing(
  bench: Bench,
  berth: TestBerth,
  { rtt, enter }: { rtt: number; enter: number },
): Promise<Result> {
  const taken = median(await times(bench.runs, () => elapsed(inLaptop(berth, 'ls')))) - enter
  return {
    title: '`berth ls` of four machines, beyond 1.5 round trips',
    detail: `${showMs(taken)}; the round trip ${showMs(rtt)}`,
    value: taken - 1.5 * rtt,
    unit: 'ms',
    limit: 60,
    bound: 'most',
  }
}

async function nothingToDo(bench: Bench, lab: Lab, berth: TestBerth, rtt: number): Promise<Result> {
  const directory = await projectOn(lab, 'h1', { text: compose })
  const project = await makeProject({ 'compose.yaml': compose }, { name: 'shop' })
  bench.defer(() => project.remove())
  await berth.ok(['create', 'a', '--from', directory, '--on', 'h1'], { cwd: tmpdir() })
  await berth.ok(['up', 'a', '--on', 'h1'], { cwd: tmpdir() })
  const here = { ...inLaptop(berth, 'up', 'a'), cwd: project.directory }
  const [there, own] = await pairs(
    bench.runs,
    program({ ...inLaptop(berth, 'up', 'a', '--on', 'h1'), cwd: project.directory }),
    program(here),
  )
  return {
    title: '`berth up --on` with nothing to do, beyond the local one and 3 round trips',
    detail: `${showMs(median(there))}; here ${showMs(median(own))}`,
    value: median(there) - median(own) - 3 * rtt,
    unit: 'ms',
    limit: 0,
    bound: 'most',
  }
}

async function logStream(bench: Bench, lab: Lab, berth: TestBerth): Promise<Result> {
  const directory = await projectOn(lab, 'h1', { name: 'loud', text: loud })
  await berth.ok(['create', 'l', '--from', directory, '--on', 'h1'], { cwd: tmpdir() })
  await berth.ok(['up', 'l', '--on', 'h1'], { cwd: tmpdir() })
  const id = await lab.on('h1', ['docker', 'ps', '-q', '--filter', 'name=loud-1'])
  const [ours, theirs] = await pairs(
    bench.quick ? 1 : 5,
    program(inLaptop(berth, 'logs', 'loud/l', '--no-prefix', '--on', 'h1')),
    program({ argv: [lab_, 'exec', 'laptop', 'ssh', 'h1', 'docker', 'logs', id], env: berth.env }),
  )
  return {
    title: '`berth logs --on`, 20 MB: speed',
    detail: `${showMs(median(ours))}; \`ssh h1 docker logs\` ${showMs(median(theirs))}`,
    value: median(theirs) / median(ours),
    unit: '×',
    limit: 0.8,
    bound: 'least',
  }
}
