import { expect, test } from 'vitest'
import { momentAfter } from '../../src/core/logs/moment.ts'
import type { LogOptions } from '../../src/core/ports/engine.ts'
import type { ComposeFiles, ContainerEngine, EngineContainer } from '../../src/core/ports.ts'
import { images } from '../support/images.ts'
import { contractCommands } from './engine-commands.ts'

interface Surroundings {
  engine: () => ContainerEngine
  /** A project of these services, and the rest of its compose file. */
  project: (services: string, rest?: string) => Promise<ComposeFiles>
  containersOf: (files: ComposeFiles) => Promise<EngineContainer[]>
}

const network = 'networks: { default: { ipam: { config: [{ subnet: "10.250.7.0/28" }] } } }\n'
const web = `  web: { image: "${images.busybox}", command: ${JSON.stringify(contractCommands.forever)} }\n`
const start = { services: [], build: false, timeoutSeconds: 30 }

/** What every engine does about logs. */
export function logsContract({ engine, project, containersOf }: Surroundings): void {
  test('a log is read whole or in part, entries in the order of their times', async () => {
    const command = JSON.stringify(contractCommands.failing).replace('$i', '$$$$i')
    const files = await project(`  web: { image: "${images.busybox}", command: ${command} }`, network)
    await expect(engine().up(files, start)).rejects.toMatchObject({ code: 'SERVICE_UNHEALTHY' })
    const id = (await containersOf(files))[0]?.id ?? ''
    const whole = await entriesOf(engine(), id, {})
    expect(whole.map(({ text }) => text)).toEqual(Array.from({ length: 12 }, (_, index) => `line ${index + 1}\n`))
    expect(whole.map(({ time }) => time)).toEqual(whole.map(({ time }) => time).toSorted())
    expect(await entriesOf(engine(), id, { tail: 2 })).toEqual(whole.slice(-2))
    expect(await entriesOf(engine(), id, { tail: 0 })).toEqual([])
    // Podman gives one time to all lines that it read at once
    const moment = whole[8]?.time ?? ''
    const after = momentAfter(moment)
    expect(await entriesOf(engine(), id, { since: after })).toEqual(whole.filter(({ time }) => time > moment))
    expect(await entriesOf(engine(), id, { until: after })).toEqual(whole.filter(({ time }) => time <= moment))
    expect(await entriesOf(engine(), id, { follow: true })).toEqual(whole)
  })

  test('following ends with the signal; what is gone has written nothing', async () => {
    const files = await project(web, network)
    await engine().up(files, start)
    const abort = new AbortController()
    const following = entriesOf(engine(), (await containersOf(files))[0]?.id ?? '', { follow: true }, abort.signal)
    abort.abort()
    expect(await following).toEqual([])
    expect(await entriesOf(engine(), 'berth-contract-none', {})).toEqual([])
  })
}

async function entriesOf(
  engine: ContainerEngine,
  id: string,
  options: Partial<LogOptions>,
  signal = new AbortController().signal,
) {
  const found: { text: string; stream: string; time: string }[] = []
  for await (const { bytes, entries } of engine.logs(id, { follow: false, ...options }, signal))
    for (const { stream, time, start, end } of entries)
      found.push({ stream, time, text: bytes.toString('utf8', start, end) })
  return found
}
