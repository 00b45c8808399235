import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe } from 'vitest'
import { createLocalHost } from '../../../src/adapters/host/local-host.ts'
import { openConnection, type SshConnection } from '../../../src/adapters/ssh/connection.ts'
import { createSshHost } from '../../../src/adapters/ssh/ssh-host.ts'
import { hostContract } from '../../contracts/host.ts'
import { openSshd, type TestSshd } from '../../support/sshd.ts'

const local = createLocalHost()
let sshd: TestSshd
let connection: SshConnection
let control: string
beforeAll(async () => {
  sshd = await openSshd()
  control = join(await mkdtemp(join(tmpdir(), 'berth-ssh-')), 'control')
  connection = await openConnection(local, { destination: 'box', config: sshd.config, control })
})
afterAll(async () => {
  await connection.close()
  await sshd.close()
  await rm(join(control, '..'), { recursive: true })
})

describe('the local host', () => hostContract(() => local))
describe('a host over a connection of its own for each program', () =>
  hostContract(() => createSshHost(local, { destination: 'box', config: sshd.config })))
describe('a host over a shared connection', () =>
  hostContract(() => createSshHost(local, { destination: 'box', config: sshd.config, control })))
