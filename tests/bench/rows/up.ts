import { images } from '../../support/images.ts'
import { elapsed, median, pairs, program, showMs } from '../measure.ts'
import type { Row } from '../model.ts'
import { benchBerth, benchProject, berthProgram } from '../support.ts'

const compose = `
services:
  web:
    image: ${images.busybox}
    command: httpd -f -p 80
    init: true
    depends_on: { db: { condition: service_healthy } }
  worker: { image: "${images.busybox}", command: sleep 100000, init: true, volumes: ["data:/data"] }
  db:
    image: ${images.busybox}
    command: sleep 100000
    init: true
    healthcheck: { test: "true", interval: 200ms }
volumes: { data: }
`

/** `berth up`: cold, and with nothing to do, against the same project with Compose alone. */
export const upRow: Row = {
  name: 'up',
  about: 'Starting three services, one of which waits for the health of another',
  async measure(bench) {
    const berth = await benchBerth(bench)
    const project = await benchProject(bench, { 'compose.yaml': compose })
    const [cwd, env] = [project.directory, berth.env]
    const composeName = `berth-bench-${process.pid}`
    const bare = (...args: string[]) => ({ argv: ['docker', 'compose', '-p', composeName, ...args], cwd })
    const ours = (...args: string[]) => ({ argv: [berthProgram, ...args], cwd, env })
    const [up, bareUp] = [ours('up', 'a'), bare('up', '--detach', '--wait')]
    bench.defer(async () => elapsed(bare('down', '--volumes')))
    elapsed(up)
    const [cold, bareCold] = await pairs(
      bench.runs,
      program(up, () => elapsed(ours('down', 'a', '--volumes'))),
      program(bareUp, () => elapsed(bare('down', '--volumes'))),
    )
    const [noOp, bareNoOp] = await pairs(bench.runs, program(up), program(bareUp))
    const against = (title: string, limit: number, ours: number[], theirs: number[]) => ({
      title,
      detail: `${showMs(median(ours))}; \`docker compose up -d --wait\` ${showMs(median(theirs))}`,
      value: median(ours) / median(theirs),
      unit: '×' as const,
      limit,
      bound: 'most' as const,
    })
    return [
      against('`berth up`, cold', 1.15, cold, bareCold),
      against('`berth up`, nothing to do', 1.3, noOp, bareNoOp),
    ]
  },
}
