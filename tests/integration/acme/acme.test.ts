/** Orders against Pebble, which forgets every fifth nonce on purpose, and looks up names in a DNS of ours. */
import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createAcme } from '../../../src/adapters/acme/acme.ts'
import { systemClock } from '../../../src/adapters/clock/system-clock.ts'
import { createLocalFiles } from '../../../src/adapters/files/local-files.ts'
import { AppError } from '../../../src/core/errors.ts'
import type { Challenge, ChallengeKind, ChallengeSolver } from '../../../src/core/ports/acme.ts'
import { freePort } from '../../support/free-port.ts'
import { must } from '../../support/must.ts'
import { type Pebble, startPebble } from '../../support/pebble.ts'
import { temporaryPrefix } from '../../support/temporary.ts'

let pebble: Pebble
let web: Server
let directory: string
const answers = new Map<string, string>()

beforeAll(async () => {
  web = createServer((request, response) => {
    const answer = answers.get(request.url ?? '')
    response.writeHead(answer === undefined ? 404 : 200).end(answer)
  }).listen(0, '127.0.0.1')
  await once(web, 'listening')
  const { port: httpPort } = web.address() as AddressInfo
  ;[pebble, directory] = await Promise.all([
    startPebble({ httpPort }),
    mkdtemp(join(tmpdir(), `${temporaryPrefix}acme-`)),
  ])
})
afterAll(async () => {
  web.close()
  await Promise.all([pebble.close(), rm(directory, { recursive: true, force: true })])
})

const acme = (more: object = {}) =>
  createAcme({
    directory: pebble.directory,
    caFile: pebble.caFile,
    email: 'ops@example.com',
    accounts: join(directory, 'accounts'),
    files: createLocalFiles(),
    clock: systemClock,
    ...more,
  })

const solvers: Record<ChallengeKind, ChallengeSolver> = {
  'http-01': {
    kind: 'http-01',
    present: async (challenge: Challenge) => void answers.set((challenge as { path: string }).path, challenge.answer),
    cleanUp: async (challenge: Challenge) => void answers.delete((challenge as { path: string }).path),
  },
  'dns-01': {
    kind: 'dns-01',
    present: async (challenge) => void (await hook('present', challenge)),
    cleanUp: async (challenge) => void (await hook('cleanup', challenge)),
  },
}
const hook = (verb: string, challenge: Challenge) =>
  must([...pebble.dnsHook, verb, `${(challenge as { name: string }).name}.`, challenge.answer])

test.each([
  ['http-01', 'shop.example.com'],
  ['dns-01', '*.example.com'],
] as const)('a certificate by %s', async (kind, domain) => {
  const { chain, key } = await acme().order(domain, solvers[kind], new AbortController().signal)
  const certificate = new X509Certificate(chain)
  expect(certificate.subjectAltName).toBe(`DNS:${domain}`)
  expect(key).toContain('PRIVATE KEY')
  expect(answers.size).toBe(0)
})

test('what the CA says against it is told, with the kind of its complaint', async () => {
  const { signal } = new AbortController()
  const nothing: ChallengeSolver = { ...solvers['http-01'], present: async () => undefined }
  const order = acme().order('other.example.com', nothing, signal)
  await expect(order).rejects.toMatchObject({
    code: 'CERTIFICATE_FAILED',
    message: expect.stringContaining('other.example.com: unauthorized'),
    details: { type: 'unauthorized', isFinal: false },
  })
})

test('a CA that is not there, or is another, is no CA', async () => {
  const { signal } = new AbortController()
  const fault = (promise: Promise<unknown>) => promise.catch((error: unknown) => (error as AppError).details['type'])
  expect(await fault(acme({ caFile: null }).order('a.example.com', solvers['http-01'], signal))).toBe('unreachable')
  const closed = { directory: `https://localhost:${await freePort()}/dir` }
  expect(await fault(acme(closed).order('a.example.com', solvers['http-01'], signal))).toBe('unreachable')
})
