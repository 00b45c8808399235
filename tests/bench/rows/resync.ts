import { join } from 'node:path'
import { raiseLab } from '../../support/lab.ts'
import { must } from '../../support/must.ts'
import { median, pairs, showMs } from '../measure.ts'
import type { Bench, Result, Row } from '../model.ts'
import { ask, benchProject } from '../support.ts'

/** Each way, ms. */
const delay = 20
const files = 5000

/**
 * A project that is on a machine already, brought there again, for an env and for checks: against rsync and git over a
 * connection that stands. That of checks is the whole of `berth ci --on --dry-run` but for the start of the command, with a
 * stage that needs no tool anybody could name: to ask for tools is one more round trip, and no sync.
 */
export const resyncRow: Row = {
  name: 'resync',
  about: `A project of ${files.toLocaleString('en')} files brought to a machine again, unchanged, ${2 * delay} ms away`,
  async measure(bench): Promise<Result[]> {
    const { sync, plan, rsync, fetch } = await openBench(bench)
    const [ours, byRsync] = await pairs(bench.runs, { run: sync }, { run: rsync })
    const [again, byGit] = await pairs(bench.runs, { run: sync }, { run: fetch })
    const best = Math.min(median(byRsync), median(byGit))
    const own = median([...ours, ...again])
    const [planned, byGitAgain] = await pairs(bench.runs, { run: plan }, { run: fetch })
    const bestAgain = Math.min(median(byRsync), median(byGitAgain))
    return [
      {
        title: 'Re-sync without changes',
        detail: `${showMs(own)}; rsync ${showMs(median(byRsync))}, git fetch ${showMs(median(byGit))}, each over a shared connection`,
        value: own / best,
        unit: '×',
        limit: 1.1,
        bound: 'most',
      },
      {
        title: 'Re-sync without changes, for `berth ci --on`',
        detail: `${showMs(median(planned))}; rsync ${showMs(median(byRsync))}, git fetch ${showMs(median(byGitAgain))}`,
        value: median(planned) / bestAgain,
        unit: '×',
        limit: 1.1,
        bound: 'most',
      },
    ]
  },
}

async function openBench(bench: Bench) {
  const many = Array.from({ length: files }, (_, index) => [`src/${index % 50}/file-${index}.js`, `// ${index}\n`])
  const project = await benchProject(bench, {
    'compose.yaml': 'services: {}\n',
    'berth.toml': '[ci.stages.test]\ncommand = "(true)"\n',
    ...Object.fromEntries(many),
  })
  const lab = await raiseLab({ hosts: 1, env: { LAB_DOCKER: '0' } })
  bench.defer(() => lab.close())
  const berth = await lab.openBerth()
  await berth.ok(['connect', 'h1'])
  const { directory } = project
  const control = join(lab.directory, 'bench.ssh')
  const shell = `ssh -o ControlMaster=auto -o ControlPersist=60 -o ControlPath=${control}`
  const env = { GIT_SSH_COMMAND: shell }
  await lab.on('h1', ['git', 'init', '--quiet', '--bare', '/root/plain.git'])
  const laptop = async (argv: string[]) => {
    const { exitCode, stdout, stderr } = await lab.laptop(argv, { cwd: directory, env })
    if (exitCode !== 0) throw new Error(`${argv.join(' ')}: ${stderr}`)
    return stdout
  }
  const branch = await must(['git', '-C', directory, 'branch', '--show-current'])
  await laptop(['git', 'push', '--quiet', 'h1:/root/plain.git', `HEAD:${branch}`])
  await laptop(['rsync', '-a', '--delete', '-e', shell, './', 'h1:/root/copy/'])
  await ask(berth.home, 'project.sync', { machine: 'h1', directory })
  await berth.ok(['ci', '--on', 'h1'], { cwd: directory })
  const environment = { PATH: process.env['PATH'] ?? '' }
  await lab.fault('impair', 'h1', `delay=${delay}`)
  // timed there: to get into the laptop's namespace takes longer than what is measured
  const timed = (argv: string[]) => async () => Number(await laptop(['node', '-e', timer, ...argv]))
  const asked = (route: string, input: unknown) => async () => {
    const start = performance.now()
    await ask(berth.home, route, input)
    return performance.now() - start
  }
  return {
    sync: asked('project.sync', { machine: 'h1', directory }),
    plan: asked('ci.plan', { directory, on: ['h1'], environment }),
    rsync: timed(['rsync', '-a', '--delete', '-e', shell, './', 'h1:/root/copy/']),
    fetch: timed(['git', 'fetch', '--quiet', 'h1:/root/plain.git', branch]),
  }
}

const timer = `
const [file, ...args] = process.argv.slice(1)
const start = performance.now()
const { status, stderr } = require('node:child_process').spawnSync(file, args)
if (status !== 0) throw new Error(String(stderr))
console.log(performance.now() - start)`
