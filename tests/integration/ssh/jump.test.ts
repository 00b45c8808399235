import { appendFile, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createLocalHost } from '../../../src/adapters/host/local-host.ts'
import { createSshWays } from '../../../src/adapters/ssh/ssh-ways.ts'
import { eventually } from '../../support/eventually.ts'
import { openSshd, type TestSshd } from '../../support/sshd.ts'
import { temporaryPrefix } from '../../support/temporary.ts'

let box: TestSshd
let sockets: string

beforeAll(async () => {
  ;[box, sockets] = await Promise.all([openSshd(), mkdtemp(join(tmpdir(), `${temporaryPrefix}jump-`))])
  const target = `HostName 127.0.0.1\n  Port ${box.port}\n  IdentityFile ${box.directory}/user\n  UserKnownHostsFile ${box.knownHosts}\n`
  await appendFile(
    box.config,
    `Host behind\n  ${target}  ProxyCommand ssh -F ${box.config} -W %h:%p box\nHost proxied\n  ${target}  ProxyCommand busybox nc %h %p\n`,
  )
})
afterAll(async () => {
  await box.close()
  await rm(sockets, { recursive: true, force: true })
})

test.each(['behind', 'proxied'])(
  '%s: a connection whose proxy stays is there at once, and ends',
  async (destination) => {
    const ways = createSshWays({
      local: createLocalHost(),
      environment: { ...process.env, BERTH_SSH_CONFIG: box.config },
    })
    const connection = await ways.connect({ destination, control: join(sockets, destination) })
    try {
      expect(await connection.host.run(['echo', 'there'])).toMatchObject({ exitCode: 0, stdout: 'there\n' })
    } finally {
      await connection.close()
    }
    await eventually(() => expect(connection.isAlive()).toBe(false))
  },
)
