import { spawn } from 'node:child_process'
import { images } from '../../support/images.ts'
import { must } from '../../support/must.ts'
import { median, pairs, showMs } from '../measure.ts'
import type { Row } from '../model.ts'
import { benchBerth, benchProject, berthProgram } from '../support.ts'

const rate = 50_000_000
const lineLength = 100

/** Writes `seconds` × 50 MB in lines of 100 bytes when told to on a file, paced; then a last line. */
const writer = `
const { existsSync, writeSync } = require('node:fs')
const block = Buffer.alloc(${rate / 100}, 'x'.repeat(${lineLength - 1}) + '\\n')
const sleep = (ms) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
while (!existsSync('/tmp/go')) sleep(5)
const start = performance.now()
for (let block_ = 0; block_ < Number(process.env.SECONDS) * 100; block_++) {
  const due = start + block_ * 10 - performance.now()
  if (due > 0) sleep(due)
  for (let at = 0; at < block.length; ) at += writeSync(1, block, at)
}
writeSync(1, 'end\\n')
sleep(1e8)
`

/** `berth logs -f` of a service that writes 50 MB/s. */
export const logsRow: Row = {
  name: 'logs',
  about: 'Following a service that writes 50 MB/s in lines of 100 bytes, from its first byte to its last',
  async measure(bench) {
    const berth = await benchBerth(bench)
    const seconds = bench.quick ? 1 : 4
    const compose = `
services:
  loud:
    image: ${images.node}
    command: ["node", "-e", ${JSON.stringify(writer.replaceAll('$', '$$'))}]
    environment: { SECONDS: "${seconds}" }
    init: true
`
    const project = await benchProject(bench, { 'compose.yaml': compose })
    const cwd = project.directory
    await berth.ok(['up', 'a'], { cwd })
    const container = async () =>
      must(['docker', 'ps', '--quiet', '--filter', `label=dev.berth.env`, '--filter', 'name=-a-.*-loud-1'])
    const lost: number[] = []
    const written = seconds * rate + 4
    const follow = (argv: readonly string[], env?: NodeJS.ProcessEnv) => async () => {
      const { bytes, ms } = await countUntilEnd(
        argv,
        cwd,
        env,
        async () => void (await must(['docker', 'exec', await container(), 'touch', '/tmp/go'])),
      )
      lost.push(written - bytes)
      return ms
    }
    const fresh = async () => {
      await berth.ok(['down', 'a'], { cwd })
      await berth.ok(['up', 'a'], { cwd })
    }
    const [ours, theirs] = await pairs(
      bench.quick ? 1 : 3,
      {
        before: fresh,
        run: follow([berthProgram, 'logs', 'a', 'loud', '--follow', '--no-prefix'], berth.env),
      },
      { before: fresh, run: async () => follow(['docker', 'logs', '--follow', await container()])() },
    )
    const megabytes = (seconds * rate) / 1e6
    return [
      {
        title: `\`berth logs -f\`, ${megabytes} MB at 50 MB/s`,
        detail: `${showMs(median(ours))}; \`docker logs -f\` ${showMs(median(theirs))}`,
        value: median(ours) / median(theirs),
        unit: '×',
        limit: 2,
        bound: 'most',
      },
      {
        title: 'bytes lost on the way',
        detail: 'of all runs',
        value: Math.max(...lost.map(Math.abs)),
        unit: 'lost',
        limit: 0,
        bound: 'most',
      },
    ]
  },
}

/** Runs a follower, lets the writer go, and stops at the last line: how many bytes came, and how long after the start. */
async function countUntilEnd(
  [file = '', ...args]: readonly string[],
  cwd: string,
  env: NodeJS.ProcessEnv | undefined,
  go: () => Promise<void>,
): Promise<{ bytes: number; ms: number }> {
  const child = spawn(file, args, { cwd, env: env ?? process.env, stdio: ['ignore', 'pipe', 'inherit'] })
  const { promise, resolve, reject } = Promise.withResolvers<{ bytes: number; ms: number }>()
  let bytes = 0
  let start = 0
  let last: Buffer = Buffer.alloc(0)
  child.stdout.on('data', (chunk: Buffer) => {
    bytes += chunk.length
    last = Buffer.concat([last, chunk]).subarray(-4)
    if (last.toString() === 'end\n') resolve({ bytes, ms: performance.now() - start })
  })
  child.on('exit', () => reject(new Error(`${file} ended before the last line, after ${bytes} bytes`)))
  start = performance.now()
  await go()
  try {
    return await promise
  } finally {
    child.kill('SIGKILL')
  }
}
