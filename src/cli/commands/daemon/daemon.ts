import { buildRouteMap } from '@stricli/core'
import { askRunning } from '../../../client/local.ts'
import { readBody } from '../../../client/request.ts'
import { berthHome } from '../../../contract/home.ts'
import type { Output } from '../../../contract/routes.ts'
import { failure } from '../../failure.ts'
import { defineCommand } from '../common.ts'

const status = defineCommand({
  name: 'daemon.status',
  brief: 'Version, process and load of berthd; starts nothing',
  async run(context) {
    const answer = await askRunning(berthHome(context.env), 'daemon.status', {})
    if (answer === undefined)
      return { data: { running: false }, text: 'berthd is not running; the next command starts it' }
    const data = JSON.parse(await readBody(answer)) as Output<'daemon.status'>
    const memory = `${Math.round(data.memoryBytes / 1024 / 1024)} MB`
    return {
      data: { running: true, ...data },
      text: `berthd ${data.version}, pid ${data.pid}, ${memory}, ${data.operations} operations under way`,
    }
  },
})

const stop = defineCommand({
  name: 'daemon.stop',
  brief: 'Stop berthd; what runs goes on running',
  async run(context) {
    const answer = await askRunning(berthHome(context.env), 'daemon.stop', {})
    if (answer === undefined) return { data: { stopped: false }, text: 'berthd is not running' }
    const body = JSON.parse(await readBody(answer)) as { pid?: number; error?: { message: string } }
    if (body.pid === undefined) throw failure('DAEMON_BUSY', body.error?.message ?? 'berthd refused to stop')
    return { data: { stopped: true, pid: body.pid }, text: `berthd (pid ${body.pid}) stops` }
  },
})

const start = defineCommand({
  name: 'daemon.start',
  brief: 'Start berthd; every command does so by itself',
  async run(context) {
    const client = await context.client()
    const data = await client.call('daemon.status', {})
    return { data, text: `berthd ${data.version} runs, pid ${data.pid}` }
  },
})

/** `berth daemon` */
export const daemonRoutes = buildRouteMap({
  routes: { start, stop, status },
  docs: { brief: 'berthd, the program behind every command' },
})
