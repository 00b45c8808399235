import { readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { images } from '../../support/images.ts'
import { type LabDeploy, openLabDeploy } from '../../support/lab-deploy.ts'
import { must } from '../../support/must.ts'
import { elapsed, median, showMs } from '../measure.ts'
import type { Bench, Result, Row } from '../model.ts'
import { ask, berthProgram } from '../support.ts'

const lab_ = join(import.meta.dirname, '..', '..', 'lab', 'lab.sh')

/** One service that starts at once. */
const compose = `services:
  web:
    image: ${images.busybox}
    command: httpd -f -p 80 -h /site
    init: true
    volumes: ["./site:/site"]
    ports: ["18080:80"]
`

/** Each way, ms, where round trips are counted. */
const delay = 20

/** Deploys of one service to hosts of the lab. */
export const deployRow: Row = {
  name: 'deploy',
  about: 'Deploys of a service that starts at once; what the laptop of the lab itself costs to enter is taken off',
  async measure(bench) {
    const world = await openLabDeploy(3)
    bench.defer(() => world.close())
    await world.project.write('compose.yaml', compose)
    await world.project.write('.env', '')
    const enter = median(
      await times(bench.quick ? 3 : 7, () => elapsed({ argv: [lab_, 'exec', 'laptop', 'true'], env: world.berth.env })),
    )
    await world.berth.ok(['deploy', '--on', 'all', '--strategy', 'parallel'], { cwd: world.project.directory })
    const deploy = deployer(world, enter)
    return [
      ...(await warm(bench, deploy)),
      await unchanged(bench, deploy),
      await roundTrips(bench, world, deploy),
      ...(await sendingImages(bench, world)),
      await memory(world),
    ]
  },
}

type Deploy = (options: { on: string; page?: string }) => Promise<number>

/** Times one deploy, of a page of its own where one is given. */
function deployer({ berth, project }: LabDeploy, enter: number): Deploy {
  return async ({ on, page }) => {
    if (page !== undefined) await project.write('site/index.html', page)
    const argv = [lab_, 'exec', 'laptop', berthProgram, 'deploy', '--on', on, '--strategy', 'parallel']
    return elapsed({ argv, env: berth.env, cwd: project.directory }) - enter
  }
}

async function times(runs: number, run: (round: number) => number | Promise<number>): Promise<number[]> {
  const taken: number[] = []
  for (let round = 0; round <= runs; round++) taken.push(await run(round))
  return taken.slice(1)
}

async function warm({ quick, runs }: Bench, deploy: Deploy): Promise<Result[]> {
  const [one, three]: [number[], number[]] = [[], []]
  const rounds = quick ? 3 : runs
  for (let round = 0; round <= rounds; round++) {
    const [first, second] = [
      await deploy({ on: 'h1', page: `one ${round}` }),
      await deploy({ on: 'all', page: `three ${round}` }),
    ]
    if (round > 0) one.push(first)
    if (round > 0) three.push(second)
  }
  return [
    line('`berth deploy`, warm, one service on one machine', showMs(median(one)), median(one), 'ms', 1500),
    line(
      '`berth deploy --strategy parallel`, three machines on the same two cores',
      `${showMs(median(three))}; one ${showMs(median(one))}`,
      median(three) / median(one),
      '×',
      1.5,
    ),
  ]
}

async function unchanged({ quick, runs }: Bench, deploy: Deploy): Promise<Result> {
  const taken = median(await times(quick ? 3 : runs, () => deploy({ on: 'h1' })))
  return line('`berth deploy`, nothing to do', showMs(taken), taken, 'ms', 400)
}

/** What a delay on the line adds to a deploy, in round trips. */
async function roundTrips({ quick }: Bench, { lab }: LabDeploy, deploy: Deploy): Promise<Result> {
  const run = (round: number) => deploy({ on: 'h1', page: `trip ${round} ${Date.now()}` })
  const near = median(await times(quick ? 3 : 7, run))
  await lab.fault('impair', 'h1', `delay=${delay}`)
  const far = median(await times(quick ? 3 : 7, run))
  await lab.fault('heal', 'h1')
  const detail = `${showMs(far)} where packets take ${2 * delay} ms there and back, ${showMs(near)} where they take none`
  return line('`berth deploy`, warm: round trips', detail, (far - near) / (2 * delay), 'trips', 6)
}

async function sendingImages({ quick }: Bench, { berth, lab, project }: LabDeploy): Promise<Result[]> {
  const reference = `berth/bench-send:${lab.directory.slice(-6).toLowerCase()}`
  await must(['docker', 'tag', images.node, reference])
  const id = await must(['docker', 'image', 'inspect', '--format', '{{.Id}}', reference])
  const forget = async (host: 'h1' | 'h2') =>
    void (await lab.on(host, ['sh', '-c', `docker rmi -f ${id} >/dev/null 2>&1 || true`]))
  const ours: number[] = []
  const theirs: number[] = []
  for (let round = 0; round <= (quick ? 1 : 3); round++) {
    await forget('h1')
    const start = performance.now()
    await ask(berth.home, 'image.send', { machine: 'h1', images: [{ id, reference }] })
    const took = performance.now() - start
    await forget('h2')
    const pipe = `docker save ${reference} | ssh h2 docker load`
    const other = elapsed({ argv: [lab_, 'exec', 'laptop', 'sh', '-c', pipe], env: berth.env })
    if (round > 0) ours.push(took)
    if (round > 0) theirs.push(other)
  }
  const built = `${reference}-more`
  await writeFile(join(project.directory, 'Dockerfile'), `FROM ${reference}\nRUN echo more > /more\n`)
  await must(['docker', 'build', '--quiet', '--tag', built, project.directory])
  const more = await must(['docker', 'image', 'inspect', '--format', '{{.Id}}', built])
  const answer = await ask(berth.home, 'image.send', { machine: 'h1', images: [{ id: more, reference: built }] })
  const bytes = Number(/"bytes":(\d+)/.exec(answer)?.[1])
  await must(['docker', 'rmi', reference, built])
  const [sent, piped] = [median(ours), median(theirs)]
  return [
    line(
      'an image that is not there yet',
      `${showMs(sent)}; \`docker save | ssh docker load\` ${showMs(piped)}`,
      sent / piped,
      '×',
      1.1,
    ),
    line('one more layer on it: what is sent', 'the layers that are there stay there', bytes / 1e6, 'MB', 1),
  ]
}

async function memory({ lab }: LabDeploy): Promise<Result> {
  const pid = await lab.on('h1', ['sh', '-c', 'pgrep -f "[b]erthd.js" | head -n 1'])
  const status = readFileSync(await lab.path('h1', `/proc/${pid}/status`), 'utf8')
  const megabytes = Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024
  return line('berthd on a target, after these deploys', 'VmRSS', megabytes, 'MB', 80)
}

const line = (title: string, detail: string, value: number, unit: Result['unit'], limit: number): Result => ({
  title,
  detail,
  value,
  unit,
  limit,
  bound: 'most',
})
