import { userInfo } from 'node:os'
import { type LabDeploy, openLabDeploy } from '../tests/support/lab-deploy.ts'
import type { LoadReport } from '../tests/support/load.ts'
import { must } from '../tests/support/must.ts'
import { chapter, heading, openTerminal, type Terminal } from './demo-terminal.ts'

/** How often a new version is brought to all hosts. */
const deploys = 20

/**
 * The third part: one app in production on three hosts, under load from its first version on, deployed twenty times, tried
 * as a canary, broken, rolled back, drifted and repaired. Throws where a single request failed.
 */
export async function demoDeploy(signal: AbortSignal): Promise<void> {
  if (userInfo().uid !== 0 || process.platform !== 'linux') {
    console.log(heading('The third part needs root on Linux: it makes three machines out of this one.'))
    return
  }
  const world = await openLabDeploy(3)
  try {
    const terminal = openTerminal(world.berth, world.project, { signal, within: world.lab.within })
    await inProduction(world, terminal, signal)
  } finally {
    await world.close()
  }
}

async function inProduction(world: LabDeploy, terminal: Terminal, signal: AbortSignal): Promise<void> {
  await chapter('The same compose file in production, on three machines; no registry, only SSH.', terminal, [
    'for host in h1 h2 h3; do berth machine label $host role=web; done',
    'berth machine check --all',
    'berth deploy --on label=web --strategy canary --dry-run',
    'berth deploy --on label=web --strategy parallel',
  ])
  const clients = world.load()
  const taken = await deployAgainAndAgain(world, signal)
  await world.version('a canary')
  await chapter('A canary: one machine first, a third of its requests, watched; then the rest.', terminal, [
    'berth deploy --on all --strategy canary --share 33 --bake 3',
  ])
  await world.version('broken', 'sh -c "echo no luck; exit 3"')
  await chapter(
    'A version that does not start gets no request. It is said where, why and what has which release.',
    terminal,
    ['! berth deploy --on all'],
  )
  await chapter('Back to an earlier release, on all of them.', terminal, ['berth rollback shop --on all --to 20'])
  await drift(world, terminal)
  tell(await clients.stop(), taken)
}

/** Somebody ends a container by hand, behind Berth's back: it is found, and made anew beside what runs. */
async function drift({ lab }: LabDeploy, terminal: Terminal): Promise<void> {
  const filter = 'label=dev.berth.service=store'
  await must([...lab.within, 'ssh', 'h2', `docker ps -q --filter ${filter} | xargs docker rm -f`])
  await chapter('Somebody removes a container on h2. It is found, and repaired.', terminal, [
    '! berth app reconcile shop --on h1,h2,h3',
    'berth app reconcile shop --on h1,h2,h3 --apply --interrupt',
    'berth app reconcile shop --on h1,h2,h3',
  ])
}

/** Twenty versions to all hosts at once; what each took, ms. */
async function deployAgainAndAgain(world: LabDeploy, signal: AbortSignal): Promise<number[]> {
  const { berth, project } = world
  console.log(heading(`${deploys} versions, each to all three machines at once.`))
  const taken: number[] = []
  for (let number = 2; number <= deploys + 1; number++) {
    signal.throwIfAborted()
    await world.version(`version ${number}`)
    const start = performance.now()
    await berth.ok(['deploy', '--on', 'all', '--strategy', 'parallel'], { cwd: project.directory })
    taken.push(performance.now() - start)
  }
  const sorted = taken.toSorted((one, other) => one - other)
  const seconds = (ms = 0) => `${(ms / 1000).toFixed(1)} s`
  console.log(
    `\na deploy on three machines: ${seconds(sorted[Math.floor(sorted.length / 2)])}; the slowest ${seconds(sorted.at(-1))}`,
  )
  return taken
}

function tell(met: Record<string, LoadReport>, taken: readonly number[]): void {
  const reports = Object.values(met)
  const requests = reports.reduce((sum, report) => sum + report.requests, 0)
  const failures = Object.entries(met).flatMap(([host, report]) =>
    report.failures.map((failure) => `${host}: ${failure}`),
  )
  console.log(
    heading(
      `${requests.toLocaleString('en')} requests while ${taken.length + 3} versions came and went; ${failures.length} failed.`,
    ),
  )
  if (failures.length > 0) throw new Error(`requests failed: ${failures.slice(0, 5).join('; ')}`)
}
