import { appendFile, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { homedir, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { AppError } from '../../core/errors.ts'
import type { Host, HostKey } from '../../core/ports.ts'
import { readKeyCommand, resolveCommand, type SshTarget } from './commands.ts'
import { sshFailure } from './failures.ts'

/** What a host shows now, in the user's own form of known_hosts. */
interface ShownKeys {
  keys: HostKey[]
  lines: string
}

/** The keys a host shows, whether they are known or not. Throws HOST_KEY_UNKNOWN when a jump host's stands before it. */
export async function shownKeys(local: Host, target: SshTarget): Promise<ShownKeys> {
  const directory = await mkdtemp(join(tmpdir(), 'berth-key-'))
  const file = join(directory, 'known_hosts')
  try {
    const result = await local.run(readKeyCommand(target, file), { timeoutMs: 30_000 })
    const lines = await readFile(file, 'utf8').catch(() => '')
    if (lines === '') throw noKey(target.destination, result.stderr)
    const listed = await local.run(['ssh-keygen', '-l', '-f', file])
    return { keys: listed.stdout.split('\n').flatMap(readFingerprint), lines }
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

/** Adds the key of this fingerprint to the user's known_hosts. Throws HOST_KEY_CHANGED when the host shows no such key. */
export async function acceptKey(local: Host, target: SshTarget, fingerprint: string): Promise<void> {
  const { keys, lines } = await shownKeys(local, target)
  if (!keys.some((key) => key.fingerprint === fingerprint)) {
    const shown = keys.map((key) => key.fingerprint).join(', ')
    throw new AppError('HOST_KEY_CHANGED', `${target.destination} shows the key ${shown}, not ${fingerprint}`, {
      hint: 'compare it with the one the machine itself prints: ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub',
    })
  }
  const file = await knownHostsFile(local, target)
  await mkdir(dirname(file), { recursive: true, mode: 0o700 })
  await appendFile(file, lines, { mode: 0o600 })
}

/** The first file ssh itself would write to. */
async function knownHostsFile(local: Host, target: SshTarget): Promise<string> {
  const { stdout } = await local.run(resolveCommand(target))
  const [, files = ''] = /^userknownhostsfile (.*)$/m.exec(stdout) ?? []
  const first = files.split(/\s+/)[0] || '~/.ssh/known_hosts'
  return first.replace(/^~(?=\/)/, homedir())
}

/** `256 SHA256:… host (ED25519)` */
function readFingerprint(line: string): HostKey[] {
  const [, fingerprint, type] = /^\d+ (\S+) .*\((\S+)\)$/.exec(line) ?? []
  return fingerprint === undefined || type === undefined ? [] : [{ fingerprint, type }]
}

function noKey(destination: string, stderr: string): AppError {
  const failure = sshFailure(destination, stderr)
  if (failure.code !== 'HOST_KEY_UNKNOWN') return failure
  return new AppError('HOST_KEY_UNKNOWN', `the SSH host key of a jump host before ${destination} is not known`, {
    hint: `ssh ${destination} once by hand, which asks about each on the way`,
  })
}
