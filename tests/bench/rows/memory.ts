import { readFileSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import type { TestBerth } from '../../support/berth.ts'
import { images } from '../../support/images.ts'
import { median } from '../measure.ts'
import type { Result, Row } from '../model.ts'
import { ask, benchBerth, benchProject, each } from '../support.ts'

const compose = `services: { web: { image: "${images.busybox}", command: sleep 100000, init: true } }\n`

/** How much memory berthd holds: with nothing, and with a hundred envs. */
export const memoryRow: Row = {
  name: 'memory',
  about: 'Resident memory of berthd (VmRSS), the median of a look each second',
  async measure(bench) {
    const berth = await benchBerth(bench)
    await berth.ok(['ls'])
    const idle = await residentMegabytes(berth, bench.quick ? 3 : 10)
    const project = await benchProject(bench, { 'compose.yaml': compose }, false)
    const source = { kind: 'directory', directory: project.directory }
    const [envs, running] = [100, bench.quick ? 5 : 100]
    await each(envs, 4, (index) => ask(berth.home, 'env.create', { name: `env-${index}`, source }))
    await each(running, 4, (index) =>
      ask(berth.home, 'env.up', { env: { name: `env-${index}`, directory: project.directory } }),
    )
    await berth.ok(['ls'])
    const many = await residentMegabytes(berth, bench.quick ? 3 : 10)
    return [line('berthd, idle', 'no env', idle, 80), line('berthd, 100 envs', `${running} of them up`, many, 120)]
  },
}

const line = (title: string, detail: string, value: number, limit: number): Result => ({
  title,
  detail,
  value,
  unit: 'MB',
  limit,
  bound: 'most',
})

async function residentMegabytes(berth: TestBerth, seconds: number): Promise<number> {
  const { pid } = await berth.data<{ pid: number }>(['daemon', 'status'])
  const looks: number[] = []
  for (let second = 0; second < seconds; second++) {
    await wait(1000)
    const kilobytes = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
    looks.push(Number(kilobytes) / 1024)
  }
  return median(looks)
}
