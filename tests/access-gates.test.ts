/** Who may ask which route what: every route stands here, so that a new one is looked at before a token gets near it. */
import { expect, test } from 'vitest'
import * as z from 'zod'
import { systemClock } from '../src/adapters/clock/system-clock.ts'
import type { Route } from '../src/contract/route.ts'
import { routes } from '../src/contract/routes.ts'
import { admit } from '../src/core/access/admit.ts'
import { accessLevels, type TokenRecord } from '../src/core/access/model.ts'
import { AppError } from '../src/core/errors.ts'
import { createFakeStore } from './fakes/fake-store.ts'
import { sampleEnv } from './support/sample-env.ts'

/** Level, what it is about (`machine`: all of it, and nothing for a token of one project), whether it runs programs. */
const gates: Record<string, string> = {
  'env.create': 'operate source',
  'env.up': 'operate env-or-new',
  'env.down': 'operate env',
  'env.destroy': 'operate env',
  'env.list': 'read list',
  'env.status': 'read env',
  'env.names': 'read list',
  'env.variables': 'read env-or-new',
  'env.exec': 'operate env programs',
  'env.compose': 'operate env programs',
  'env.diff': 'read env',
  'env.pull': 'operate env',
  'env.merge': 'operate env',
  'addon.add': 'operate machine programs',
  'addon.list': 'read machine',
  'addon.remove': 'operate machine',
  'app.backup': 'operate machine',
  'app.backups': 'read machine',
  'app.logs': 'read machine',
  'app.prune': 'operate machine',
  'app.reconcile': 'operate machine',
  'app.restore': 'operate machine',
  'dump.read': 'operate machine',
  'dump.send': 'operate machine',
  'job.list': 'read machine',
  'job.log': 'read machine',
  'job.run': 'operate machine programs',
  'job.runs': 'read machine',
  'job.open': 'operate machine programs',
  'job.attend': 'operate machine',
  'env.logs': 'read env',
  'session.run': 'operate env-or-new programs',
  'session.raw': 'operate env-or-new programs',
  'session.list': 'read list',
  'session.attach': 'operate env programs',
  'session.stop': 'operate env',
  'session.transcript': 'read env',
  'terminal.exec': 'operate env programs',
  'terminal.raw': 'operate env programs',
  'terminal.attach': 'operate env programs',
  'terminal.compose': 'operate env programs',
  'event.feed': 'read list',
  'config.show': 'read machine programs',
  'setup.preview': 'read machine',
  'setup.apply': 'admin machine',
  'setup.activate': 'admin machine',
  'setup.engine': 'admin machine',
  'machine.connect': 'admin machine',
  'machine.disconnect': 'admin machine',
  'machine.label': 'admin machine',
  'machine.list': 'read machine',
  'machine.status': 'read machine',
  'machine.open': 'operate machine programs',
  'machine.terminal': 'operate machine programs',
  'machine.check': 'admin machine',
  'machine.bootstrap': 'admin machine',
  'project.find': 'read machine programs',
  'context.list': 'read machine',
  'context.show': 'read machine',
  'context.create': 'admin machine',
  'context.use': 'admin machine',
  'context.remove': 'admin machine',
  'context.export': 'admin machine',
  'context.import': 'admin machine',
  'tunnel.accept': 'admin machine',
  'tunnel.advertise': 'admin machine',
  'tunnel.leave': 'admin machine',
  'tunnel.networks': 'read machine',
  'tunnel.node': 'read machine',
  'tunnel.pool': 'admin machine',
  'tunnel.withdraw': 'admin machine',
  'webhook.map': 'admin machine',
  'webhook.list': 'admin machine',
  'webhook.test': 'admin machine',
  'webhook.remove': 'admin machine',
  'remote.add': 'admin machine programs',
  'remote.list': 'read machine',
  'remote.remove': 'admin machine',
  'remote.receive': 'admin machine programs',
  'clone.show': 'read machine programs',
  'clone.link': 'operate machine programs',
  'clone.unlink': 'operate machine programs',
  'daemon.vitals': 'read machine',
  'mirror.prepare': 'admin machine',
  'mirror.receive': 'admin machine',
  'mirror.results': 'operate machine',
  'project.sync': 'operate machine programs',
  'project.pull': 'operate machine programs',
  'project.merge': 'operate machine programs',
  'project.names': 'read machine',
  'care.doctor': 'operate machine',
  'care.reconcile': 'operate env',
  'care.gc': 'operate machine',
  'vault.init': 'admin machine programs',
  'vault.trust': 'admin machine programs',
  'vault.recipients': 'admin machine programs',
  'vault.rotate': 'admin machine programs',
  'vault.check': 'admin machine programs',
  'vault.open': 'admin machine programs',
  'secret.set': 'admin machine programs',
  'secret.import': 'admin machine programs',
  'secret.get': 'admin machine programs',
  'secret.unset': 'admin machine programs',
  'secret.list': 'admin machine programs',
  'secret.key': 'admin machine programs',
  'deploy.bundle': 'operate machine programs',
  'deploy.run': 'operate machine programs',
  'deploy.rollback': 'operate machine',
  'deploy.plan': 'read machine',
  'deploy.preflight': 'read machine',
  'deploy.lead': 'operate machine programs',
  'deploy.resume': 'operate machine programs',
  'deploy.cancel': 'operate machine',
  'app.name': 'read machine programs',
  'image.wanted': 'operate machine',
  'image.load': 'operate machine programs',
  'image.send': 'operate machine programs',
  'app.init': 'operate machine programs',
  'app.list': 'read machine',
  'app.status': 'read machine',
  'app.releases': 'read machine',
  'app.remove': 'operate machine',
  'domain.list': 'read machine',
  'domain.add': 'operate machine',
  'domain.remove': 'operate machine',
  'certificate.list': 'read machine',
  'certificate.retry': 'operate machine',
  'ci.list': 'read machine programs',
  'ci.plan': 'operate machine programs',
  'ci.start': 'operate machine programs',
  'ci.watch': 'read machine programs',
  'ci.follow': 'read machine',
  'ci.runs': 'read machine programs',
  'ci.kill': 'operate machine',
  'ci.init': 'operate machine programs',
  'ci.hook': 'read machine programs',
  'ci.hook.install': 'operate machine programs',
  'ci.hook.uninstall': 'operate machine programs',
  'ci.forget': 'operate machine programs',
  'daemon.status': 'read caller',
  'daemon.stop': 'admin machine',
  'operation.follow': 'read caller',
  'operation.cancel': 'operate caller',
  'token.issue': 'admin caller',
  'token.list': 'admin caller',
  'token.revoke': 'read caller',
  'token.self': 'read caller',
  'audit.list': 'admin caller',
  'machine.create': 'admin machine',
  'machine.destroy': 'admin machine',
  'machine.start': 'admin machine',
  'machine.rented': 'read machine',
}

const all = Object.entries(routes) as [string, Route][]

test('every route says what this table says', () => {
  const said = all.map(([name, { access, subject = 'machine', programs }]) => [
    name,
    `${access} ${subject}${programs ? ' programs' : ''}`,
  ])
  expect(Object.fromEntries(said)).toEqual(gates)
})

/** Words of an input for things of the machine itself: its directories and files, sockets, programs, their environment. */
const ofTheMachine = ['directory', 'file', 'from', 'identity', 'keepIn', 'agent', 'command', 'argv', 'environment']
/** Whose input names a machine to connect to: who administers may choose the SSH agent for that. */
const administers = /^machine\.(connect|check|bootstrap|create)$/

test('what takes directories, files or programs of the machine is as good as a shell there, and needs as much', () => {
  const open = all.filter(([name, { input, programs }]) => {
    const schema = z.toJSONSchema(input, { io: 'input', unrepresentable: 'any' })
    const names = Object.keys(schema.properties ?? {})
    return !programs && !administers.test(name) && names.some((one) => ofTheMachine.includes(one))
  })
  expect(open.map(([name]) => name)).toEqual([])
})

const token = (grant: Partial<TokenRecord>): TokenRecord => ({
  access: 'admin',
  projects: null,
  programs: true,
  quota: { envs: null, cpus: null, memoryBytes: null, diskBytes: null },
  expiresAt: null,
  id: 'k3v0q2xa',
  holder: 'mate',
  digest: '',
  issuer: null,
  createdAt: '',
  lastUsedAt: null,
  revokedAt: null,
  ...grant,
})

const tokens = accessLevels.flatMap((access) =>
  [null, ['shop']].flatMap((projects) => [true, false].map((programs) => token({ access, projects, programs }))),
)

async function opened() {
  const store = createFakeStore({ clock: systemClock })
  for (const project of ['shop', 'blog']) {
    await store.addProject({ name: project, directory: `/srv/${project}`, createdAt: '' })
    const name = project === 'shop' ? 'tea' : 'secret'
    await store.addEnv(sampleEnv({ id: project, project, name, composeProject: name, workspace: name, subnet: name }))
  }
  const nothing = () => Promise.reject(new Error('no directory of the machine is looked at for a token'))
  const files = new Proxy({}, { get: () => nothing })
  return { store, files, paths: {}, loadConfig: nothing } as unknown as Parameters<typeof admit>[0]
}

const codeOf = (error: unknown) => (error instanceof AppError ? error.code : String(error))

test.each(all)('%s is for those tokens alone that have what it takes', async (_, gate) => {
  const deps = await opened()
  const input = gate.subject === 'source' ? { project: 'shop' } : gate.subject?.startsWith('env') ? env('tea') : {}
  for (const held of tokens) {
    const level = accessLevels.indexOf(held.access) >= accessLevels.indexOf(gate.access)
    const may = level && (held.programs || !gate.programs) && (held.projects === null || gate.subject !== undefined)
    const result = await admit(deps, { kind: 'token', token: held }, gate, input).then(() => 'admitted', codeOf)
    expect({ held, result }).toEqual({ held, result: may ? 'admitted' : 'ACCESS_DENIED' })
  }
})

const env = (name: string) => ({ env: { name, directory: '/srv/blog' } })

test.each(all.filter(([, { subject }]) => subject === 'env' || subject === 'env-or-new'))(
  '%s knows no env of another project',
  async (_, gate) => {
    const caller = { kind: 'token', token: token({ projects: ['shop'] }) } as const
    for (const name of ['secret', 'blog/secret'])
      expect(await admit(await opened(), caller, gate, { ...env(name), create: null }).catch(codeOf)).toBe(
        'ENV_NOT_FOUND',
      )
  },
)
