import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createLocalHost } from '../../../src/adapters/host/local-host.ts'
import { findConnection, openConnection } from '../../../src/adapters/ssh/connection.ts'
import { createSshHost } from '../../../src/adapters/ssh/ssh-host.ts'
import { isRunning } from '../../support/daemon.ts'
import { eventually } from '../../support/eventually.ts'
import { must } from '../../support/must.ts'
import { openSshd, type TestSshd } from '../../support/sshd.ts'

const local = createLocalHost()
const open: TestSshd[] = []
let directory: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'berth-ssh-'))
})
afterEach(async () => {
  for (const sshd of open.splice(0)) await sshd.close()
  await rm(directory, { recursive: true })
})

async function server(options?: Parameters<typeof openSshd>[0]): Promise<TestSshd> {
  const sshd = await openSshd(options)
  open.push(sshd)
  return sshd
}
const hostOf = ({ config }: TestSshd, destination = 'box') => createSshHost(local, { destination, config })

test('an unknown host key is refused, and not written down', async () => {
  const sshd = await server({ known: false })
  await expect(hostOf(sshd).run(['true'])).rejects.toMatchObject({ code: 'HOST_KEY_UNKNOWN' })
  await expect(readFile(sshd.knownHosts)).rejects.toMatchObject({ code: 'ENOENT' })
})

test('a changed host key is refused, with the command that forgets the old one', async () => {
  const sshd = await server()
  await sshd.stop()
  await sshd.newHostKey()
  await sshd.start()
  const refused = hostOf(sshd).run(['true'])
  await expect(refused).rejects.toMatchObject({ code: 'HOST_KEY_CHANGED' })
  await expect(refused).rejects.toMatchObject({
    hint: expect.stringContaining(`ssh-keygen -f ${sshd.knownHosts} -R [127.0.0.1]:${sshd.port}`),
  })
})

test('a key that is not accepted, a server that is not there, a name nobody knows, a config with a fault', async () => {
  const sshd = await server()
  await sshd.forgetUser()
  await expect(hostOf(sshd).run(['true'])).rejects.toMatchObject({ code: 'SSH_AUTH_FAILED' })
  await sshd.stop()
  await expect(hostOf(sshd).run(['true'])).rejects.toMatchObject({ code: 'MACHINE_UNREACHABLE' })
  const unknown = hostOf(sshd, 'nobody.invalid').run(['true'])
  await expect(unknown).rejects.toMatchObject({
    code: 'MACHINE_UNREACHABLE',
    message: expect.stringContaining('nobody.invalid'),
  })
  await writeFile(sshd.config, 'Nonsense yes\n')
  await expect(hostOf(sshd).run(['true'])).rejects.toMatchObject({ code: 'SSH_CONFIG_INVALID' })
})

test.each([
  '',
  '-oProxyCommand=touch /tmp/x',
  'a b',
  'a@b@c',
  'host:0',
  'host:99999',
  '$(id)',
  'a;b',
  'user@-x',
  'x\n',
])('the destination %j is refused before ssh sees it', async (destination) => {
  await expect(createSshHost(local, { destination }).run(['true'])).rejects.toMatchObject({ code: 'NAME_INVALID' })
})

test('what a banner says is no part of what a program says', async () => {
  const banner = join(directory, 'banner')
  await writeFile(banner, 'Welcome to the box\n')
  const sshd = await server({ lines: [`Banner ${banner}`] })
  expect(await hostOf(sshd).run(['sh', '-c', 'echo err >&2'])).toMatchObject({ stderr: 'err\n', exitCode: 0 })
})

test('a connection is shared, found again, forwards a socket, and ends with its server', async () => {
  const sshd = await server()
  const target = { destination: 'box', config: sshd.config, control: join(directory, 'control') }
  expect(await findConnection(local, target)).toBeUndefined()
  const connection = await openConnection(local, target)
  expect((await findConnection(local, target))?.pid).toBe(connection.pid)
  const there = join(directory, 'there.sock')
  const here = join(directory, 'here.sock')
  const http = createServer((_, answer) => answer.end('tea')).listen(there)
  await connection.forward({ listen: here, connect: there })
  expect(await must(['curl', '-sf', '--unix-socket', here, 'http://x/'])).toBe('tea')
  expect(await must(['stat', '-c', '%a', here])).toBe('600')
  http.close()
  const shared = createSshHost(local, target)
  await sshd.stop() // of the listener alone: the connection has a process of its own there
  expect((await shared.run(['echo', 'still'])).stdout).toBe('still\n')
  await connection.close()
  await eventually(() => expect(isRunning(connection.pid)).toBe(false))
  await eventually(() => expect(connection.isAlive()).toBe(false))
  await expect(shared.run(['true'])).rejects.toMatchObject({ code: 'MACHINE_UNREACHABLE' })
})
