import { createSocket } from 'node:dgram'
import dnsPacket from 'dns-packet'
import { images } from '../../support/images.ts'
import { must } from '../../support/must.ts'
import { median, quantile } from '../measure.ts'
import type { Bench, Result } from '../model.ts'
import { benchBerth, benchProject } from '../support.ts'

const compose = `services: { web: { image: "${images.busybox}", command: sleep 100000, init: true } }\n`

/** How long after a container's start its name is answered. */
export async function newNameResult(bench: Bench): Promise<Result> {
  const berth = await benchBerth(bench)
  const project = await benchProject(bench, { 'compose.yaml': compose })
  await berth.ok(['up', 'a'], { cwd: project.directory })
  const { dns } = await berth.data<{ dns: string }>(['daemon', 'status'])
  const find = ['docker', 'ps', '--quiet', '--filter', 'label=dev.berth.env', '--filter', 'name=-a-.*-web-1']
  const container = (await must(find)).trim()
  const times: number[] = []
  for (let round = 0; round < (bench.quick ? 5 : 15); round++) {
    await must(['docker', 'stop', '--time', '0', container])
    const [appeared] = await Promise.all([whenAnswered(dns, 'web.a.test'), must(['docker', 'start', container])])
    const started = await must(['docker', 'inspect', '--format', '{{.State.StartedAt}}', container])
    times.push(appeared - Date.parse(started.trim()))
  }
  return {
    title: 'a new name after the start of its container',
    detail: `slowest ${Math.round(quantile(times, 1))} ms`,
    value: median(times),
    unit: 'ms',
    limit: 50,
    bound: 'most',
  }
}

/** Asks each millisecond until there is an answer; the time of day when it came, in ms. Throws after 20 s. */
async function whenAnswered(server: string, name: string): Promise<number> {
  const [address = '', port = ''] = server.split(':')
  const question = dnsPacket.encode({ type: 'query', id: 1, questions: [{ type: 'A', name }] })
  const socket = createSocket('udp4')
  const { promise, resolve, reject } = Promise.withResolvers<number>()
  // the zone of the container that was stopped is gone once there is none
  let gone = false
  socket.on('message', (answer) => {
    const found = answer.readUInt16BE(6) > 0
    if (found && gone) resolve(performance.timeOrigin + performance.now())
    gone ||= !found
  })
  const asking = setInterval(() => socket.send(question, Number(port), address), 1)
  const deadline = setTimeout(() => reject(new Error(`${name} did not appear`)), 20_000)
  try {
    return await promise
  } finally {
    clearInterval(asking)
    clearTimeout(deadline)
    socket.close()
  }
}
