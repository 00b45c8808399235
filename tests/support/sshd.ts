import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { eventually } from './eventually.ts'
import { freePort } from './free-port.ts'
import { must } from './must.ts'
import { temporaryPrefix } from './temporary.ts'

/** An OpenSSH server of the test's own on loopback: a second machine as far as ssh is concerned. */
export interface TestSshd {
  port: number
  /** Directory of its keys and configs. */
  directory: string
  /** A ssh config (BERTH_SSH_CONFIG) in which this server is called `box`. */
  config: string
  knownHosts: string
  /** Stops it as if the machine were off. */
  stop(): Promise<void>
  start(): Promise<void>
  /** Gives it another host key, as after a new installation. */
  newHostKey(): Promise<void>
  /** Forgets the user's key. */
  forgetUser(): Promise<void>
  close(): Promise<void>
}

interface SshdOptions {
  /** Whether the user has accepted its key before (default), or is to be asked. */
  known?: boolean
  /** Further lines of its config. */
  lines?: readonly string[]
}

/** Starts one. */
export async function openSshd({ known = true, lines = [] }: SshdOptions = {}): Promise<TestSshd> {
  const directory = await mkdtemp(join(tmpdir(), `${temporaryPrefix}sshd-`))
  const file = (name: string) => join(directory, name)
  const port = await freePort()
  await must(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', file('user')])
  await writeFile(file('authorized_keys'), await readFile(file('user.pub')), { mode: 0o600 })
  const newHostKey = async () => {
    await Promise.all([rm(file('host'), { force: true }), rm(file('host.pub'), { force: true })])
    await must(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-f', file('host')])
  }
  await newHostKey()
  if (known) await writeFile(file('known_hosts'), `[127.0.0.1]:${port} ${await readFile(file('host.pub'), 'utf8')}`)
  await writeFile(file('sshd_config'), serverConfig(directory, port, lines))
  await writeFile(file('ssh_config'), clientConfig(directory, port))
  await mkdir('/run/sshd', { recursive: true })
  let server = await startSshd(file('sshd_config'), file('log'), port)
  const stop = async () => {
    if (server.exitCode !== null || server.signalCode !== null) return
    const ended = once(server, 'exit')
    server.kill('SIGKILL')
    await ended
  }
  return {
    port,
    directory,
    config: file('ssh_config'),
    knownHosts: file('known_hosts'),
    stop,
    start: async () => void (server = await startSshd(file('sshd_config'), file('log'), port)),
    newHostKey,
    forgetUser: () => writeFile(file('authorized_keys'), ''),
    async close() {
      await stop()
      await rm(directory, { recursive: true, force: true })
    },
  }
}

const serverConfig = (directory: string, port: number, lines: readonly string[]) =>
  `Port ${port}
ListenAddress 127.0.0.1
HostKey ${directory}/host
AuthorizedKeysFile ${directory}/authorized_keys
PidFile none
StrictModes no
UsePAM no
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin prohibit-password
MaxStartups 100
${lines.join('\n')}
`

const clientConfig = (directory: string, port: number) =>
  `Host box
  HostName 127.0.0.1
  Port ${port}
  User ${userInfo().username}
  IdentityFile ${directory}/user
  IdentitiesOnly yes
  UserKnownHostsFile ${directory}/known_hosts
`

async function startSshd(config: string, log: string, port: number) {
  const server = spawn('/usr/sbin/sshd', ['-D', '-f', config, '-E', log], { stdio: 'ignore' })
  await eventually(async () => {
    if (server.exitCode !== null) throw new Error(`sshd ended: ${await readFile(log, 'utf8')}`)
    const socket = connect(port, '127.0.0.1')
    await once(socket, 'connect').finally(() => socket.destroy())
  })
  return server
}
