import { images } from '../../support/images.ts'
import { elapsed, median, pairs, program, showMs } from '../measure.ts'
import type { Bench, Result, Row } from '../model.ts'
import { ask, benchBerth, benchProject, berthProgram, each } from '../support.ts'

const compose = `
services:
  web: { image: "${images.busybox}", command: sleep 100000, init: true }
  db: { image: "${images.busybox}", command: sleep 100000, init: true }
`
const manyEnvs = 1000

/** `berth ls`: against Compose's own list, with many envs, and with no daemon yet. */
export const lsRow: Row = {
  name: 'ls',
  about: 'The list of envs, the most frequent command',
  async measure(bench) {
    const berth = await benchBerth(bench)
    const project = await benchProject(bench, { 'compose.yaml': compose })
    for (const env of ['a', 'b', 'c']) await berth.ok(['up', env], { cwd: project.directory })
    const ls = { argv: [berthProgram, 'ls'], env: berth.env }
    const [ours, theirs] = await pairs(bench.runs, program(ls), program({ argv: ['docker', 'compose', 'ls'] }))
    const [cold, warm] = await pairs(
      bench.runs,
      program(ls, () => elapsed({ ...ls, argv: [berthProgram, 'daemon', 'stop'] })),
      program(ls, () => elapsed(ls)),
    )
    return [
      {
        title: '`berth ls`, three envs of two services up',
        detail: `${showMs(median(ours))}; \`docker compose ls\` ${showMs(median(theirs))}`,
        value: median(ours) / median(theirs),
        unit: '×',
        limit: 1,
        bound: 'most',
      },
      {
        title: '`berth ls`, daemon not yet running',
        detail: `${showMs(median(cold))}; running ${showMs(median(warm))}`,
        value: median(cold) - median(warm),
        unit: 'ms',
        limit: 150,
        bound: 'most',
      },
      await withMany(bench, ls),
    ]
  },
}

async function withMany(bench: Bench, few: { argv: string[] }): Promise<Result> {
  const berth = await benchBerth(bench)
  const project = await benchProject(bench, { 'compose.yaml': compose }, false)
  await berth.ok(['ls'])
  const source = { kind: 'directory', directory: project.directory }
  await each(manyEnvs, 8, (index) => ask(berth.home, 'env.create', { name: `env-${index}`, source }))
  const [many, three] = await pairs(bench.runs, program({ ...few, env: berth.env }), program(few))
  return {
    title: `\`berth ls\`, ${manyEnvs.toLocaleString('en')} envs instead of three`,
    detail: `${showMs(median(many))} instead of ${showMs(median(three))}`,
    value: median(many) - median(three),
    unit: 'ms',
    limit: 40,
    bound: 'most',
  }
}
