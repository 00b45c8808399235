import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { raiseLab } from '../../support/lab.ts'
import { median, pairs, program, showMs } from '../measure.ts'
import type { Bench, Row } from '../model.ts'
import { benchBerth, benchProject, berthProgram } from '../support.ts'

/** Files of the repository: 100 directories with 100 each. */
const directories = 100
const perDirectory = 100

const cachedStages = ['lint', 'test', 'build']
const emptyStages = Array.from({ length: 10 }, (_, at) => `s${at}`)

/** What `berth ci` adds to git and to the stages themselves. */
export const ciRow: Row = {
  name: 'ci',
  about: 'Checks: a run in which everything passed already, and what a stage costs beside its own program',
  async measure(bench) {
    return [await cachedRun(bench), await stageOverhead(bench), await remoteStage(bench)]
  },
}

async function cachedRun(bench: Bench) {
  const tables = cachedStages.map((name) => `[ci.stages.${name}]\ncommand = "echo ${name}"\n`).join('\n')
  const project = await benchProject(bench, { 'berth.toml': tables }, true)
  for (let at = 0; at < directories; at++) {
    const directory = join(project.directory, `d${at}`)
    mkdirSync(directory)
    for (let file = 0; file < perDirectory; file++) writeFileSync(join(directory, `${file}.txt`), `${at} ${file}\n`)
  }
  await project.git('add', '--all')
  await project.git('commit', '--quiet', '--message=files')
  const berth = await benchBerth(bench)
  await berth.ok(['ci'], { cwd: project.directory })
  const cwd = project.directory
  const [ours, git] = await pairs(
    bench.runs,
    program({ argv: [berthProgram, 'ci'], cwd, env: berth.env }),
    program({ argv: ['git', 'status', '--porcelain'], cwd }),
  )
  const [value, bare] = [median(ours), median(git)]
  return {
    title: 'berth ci, 3 stages cached, 10,000 files, beyond 1.5 × git status',
    detail: `${showMs(value)}; git status ${showMs(bare)}`,
    value: value - 1.5 * bare,
    unit: 'ms' as const,
    limit: 60,
    bound: 'most' as const,
  }
}

async function stageOverhead(bench: Bench) {
  const tables = emptyStages.map((name) => `[ci.stages.${name}]\ncommand = ["true"]\n`).join('\n')
  const project = await benchProject(bench, { 'berth.toml': tables }, true)
  const berth = await benchBerth(bench)
  const cwd = project.directory
  const env = berth.env
  await berth.ok(['ci'], { cwd })
  const run = (...words: string[]) => program({ argv: [berthProgram, 'ci', '--no-cache', ...words], cwd, env })
  const [ten, one] = await pairs(bench.runs, run(), run(emptyStages[0] ?? ''))
  return {
    title: 'berth ci, each further stage (`true`)',
    detail: `ten ${showMs(median(ten))}, one ${showMs(median(one))}`,
    value: (median(ten) - median(one)) / (emptyStages.length - 1),
    unit: 'ms' as const,
    limit: 30,
    bound: 'most' as const,
  }
}

/** Each way, ms. */
const delay = 20

/** A machine 40 ms away, over the connection that stands since the run before. */
async function remoteStage(bench: Bench) {
  const tables = emptyStages.map((name) => `[ci.stages.${name}]\ncommand = ["true"]\n`).join('\n')
  const project = await benchProject(bench, { 'berth.toml': tables }, true)
  const lab = await raiseLab({ hosts: 1, env: { LAB_DOCKER: '0' } })
  bench.defer(() => lab.close())
  const berth = await lab.openBerth()
  const cwd = project.directory
  const words = ['ci', '--no-cache', '--on', 'root@h1', '--json']
  await berth.ok(words, { cwd })
  await lab.fault('impair', 'h1', `delay=${delay}`)
  const stages: number[] = []
  for (let run = 0; run < bench.runs; run++) {
    const { data } = JSON.parse(await berth.ok(words, { cwd })) as { data: { run: { stages: { ms: number }[] } } }
    stages.push(...data.run.stages.map(({ ms }) => ms))
  }
  const value = median(stages)
  return {
    title: `berth ci --on, each stage (\`true\`), ${2 * delay} ms away, beyond 2 round trips`,
    detail: showMs(value),
    value: value - 2 * 2 * delay,
    unit: 'ms' as const,
    limit: 30,
    bound: 'most' as const,
  }
}
