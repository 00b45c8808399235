/** The API asked at random, from its own schemas: whatever is asked, the daemon answers, and never with a fault of its own. */
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import * as z from 'zod'
import { type RouteName, routes } from '../../src/contract/routes.ts'
import { callApi } from '../support/api.ts'
import { openBerth, type TestBerth } from '../support/berth.ts'
import { daemonPid } from '../support/daemon.ts'
import { type HetznerStandIn, raiseHetzner } from '../support/hetzner-stand-in.ts'
import { must } from '../support/must.ts'
import { openPrivateRoot, type PrivateRoot } from '../support/private-root.ts'
import { makeProject, type TestProject } from '../support/project.ts'
import { arbitraryOf, type JsonSchema } from '../support/schema-arbitrary.ts'

/** Routes that end the daemon, or change this machine outside of the state directory. */
const leftOut = new Set<RouteName>(['daemon.stop', 'setup.apply', 'setup.activate', 'setup.engine'])

const program = join(import.meta.dirname, '..', '..', 'bin', 'berth')

let root: PrivateRoot
let berth: TestBerth
let provider: HetznerStandIn
let project: TestProject
let pid: number
let token: string
beforeAll(async () => {
  berth = await openBerth()
  // nothing is rented: the provider knows no token that is made up. One that cannot be reached would be asked again for half a minute
  provider = await raiseHetzner()
  await writeFile(join(berth.home, 'config.toml'), `[hetzner]\nendpoint = "${provider.endpoint}"\n`, { mode: 0o600 })
  // the owner may have berthd write anywhere, and is root here
  root = await openPrivateRoot()
  await must([...root.within, program, 'daemon', 'start'], { env: berth.env })
  project = await makeProject({ 'note.txt': 'x' }, { name: 'shop' })
  await berth.ok(['create', 'tea'], { cwd: project.directory })
  pid = await daemonPid(berth)
  const scope = ['--scope', 'admin', '--project', 'shop', '--programs']
  token = (await berth.data<{ token: string }>(['login', 'local', '--for', 'fuzz', ...scope])).token
})
afterAll(async () => {
  await berth.close()
  await provider.close()
  await root.close()
  await project.remove()
  await rm('/tmp/berth-fuzz', { recursive: true, force: true })
})

/** More of them find more, and so do others: the same ones each time say whether a change broke something. */
const numRuns = Number(process.env['BERTH_FUZZ_RUNS'] ?? 12)
const seed = Number(process.env['BERTH_FUZZ_SEED'] ?? 1)
const names = Object.keys(routes).filter((name): name is RouteName => !leftOut.has(name as RouteName))

describe.each(names)('%s', (name) => {
  const schema = z.toJSONSchema(routes[name].input, { io: 'input' }) as JsonSchema

  test('takes what its schema describes', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryOf(schema), fc.boolean(), async (input, byToken) => {
        const { status, body } = await callApi(berth, name, calm(input), byToken ? { token } : {})
        expect(fault(status, body), JSON.stringify(input)).toBeUndefined()
      }),
      { numRuns, seed, interruptAfterTimeLimit: 20_000, markInterruptAsFailure: false },
    )
    const status = await callApi(berth, 'daemon.status', {})
    expect(status.body).toMatchObject({ pid })
  })

  test('refuses what it does not, as a fault of the caller', async () => {
    await fc.assert(
      fc.asyncProperty(fc.jsonValue(), async (input) => {
        const { status, body } = await callApi(berth, name, calm(input))
        expect(fault(status, body), JSON.stringify(input)).toBeUndefined()
      }),
      { numRuns, seed, interruptAfterTimeLimit: 10_000, markInterruptAsFailure: false },
    )
  })
})

/** Nothing that is asked goes on for ever, reaches for another machine, or leaves files in the root of this one. */
function calm(input: unknown): unknown {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) return input
  const { follow, destination, directory, ...rest } = input as Record<string, unknown>
  return {
    ...rest,
    ...(directory === undefined ? {} : { directory: directory === '/' ? '/tmp/berth-fuzz' : directory }),
    ...(follow === undefined ? {} : { follow: false }),
    ...(destination === undefined ? {} : { destination: '/nowhere' }),
  }
}

/** The fault of the daemon's own that an answer tells of. */
function fault(status: number, body: unknown): string | undefined {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  return text.includes('"INTERNAL"')
    ? text
    : status === 500 && !text.includes('"code"')
      ? `${status} ${text}`
      : undefined
}
