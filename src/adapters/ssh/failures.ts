import type { ErrorCode } from '../../core/error-catalogue.ts'
import { AppError } from '../../core/errors.ts'

interface Rule {
  pattern: RegExp
  code: ErrorCode
  message: (host: string, match: RegExpExecArray) => string
  hint?: (host: string, match: RegExpExecArray) => string
}

/** What OpenSSH prints (9.2), and what it means. The first that matches holds. */
const rules: readonly Rule[] = [
  {
    pattern: /(?:REMOTE HOST IDENTIFICATION HAS CHANGED|Host key for \S+ has changed)/,
    code: 'HOST_KEY_CHANGED',
    message: (host) => `${host} shows another SSH host key than the one that was accepted`,
  },
  {
    pattern: /REVOKED HOST KEY DETECTED/,
    code: 'HOST_KEY_CHANGED',
    message: (host) => `the SSH host key of ${host} is revoked`,
    hint: () => 'do not connect; ask whoever runs that machine',
  },
  {
    pattern: /Host key verification failed|No \S+ host key is known for/,
    code: 'HOST_KEY_UNKNOWN',
    message: (host) => `the SSH host key of ${host} is not known`,
  },
  {
    pattern: /Permission denied \(|Too many authentication failures|No more authentication methods/,
    code: 'SSH_AUTH_FAILED',
    message: (host) => `${host} did not let us in over SSH`,
  },
  {
    pattern:
      /Bad configuration option|terminating, \d+ bad configuration|Can't open user config file|Bad owner or permissions on/,
    code: 'SSH_CONFIG_INVALID',
    message: () => 'ssh does not accept its configuration file',
  },
  {
    pattern: /Could not resolve hostname (\S+?):/,
    code: 'MACHINE_UNREACHABLE',
    message: (_host, [, name]) => `no machine of the name ${name} is known`,
    hint: () => 'check the name; ssh -G shows what your ssh config makes of it',
  },
  {
    pattern: /Connection refused/,
    code: 'MACHINE_UNREACHABLE',
    message: (host) => `${host} is there, but no SSH server listens`,
    hint: () => 'start sshd there, or give its port as host:port',
  },
]

/** What a failed ssh left on stderr, as the error it means; what no rule knows is MACHINE_UNREACHABLE in ssh's own words. */
export function sshFailure(destination: string, stderr: string): AppError {
  const output = stderr
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !/^(@+|Warning: Permanently added|debug\d:)/.test(line))
    .slice(-10)
  // what a rule knows is said in its own words; of the rest ssh's are all there is
  const details = { destination }
  for (const { pattern, code, message, hint } of rules) {
    const match = pattern.exec(stderr)
    if (!match) continue
    const sharper = hint?.(destination, match) ?? hintFor(code, stderr)
    return new AppError(code, message(destination, match), {
      details,
      ...(sharper === undefined ? {} : { hint: sharper }),
    })
  }
  const last = output.at(-1)
  const reason = /timed out|timeout/i.test(stderr) ? 'the connection timed out' : last
  return new AppError('MACHINE_UNREACHABLE', `${destination} cannot be reached${reason ? `: ${reason}` : ''}`, {
    details: { destination, ...(output.length > 1 && { output }) },
  })
}

/** `Offending ED25519 key in /home/u/.ssh/known_hosts:3`, and ssh's own command to remove it. */
function hintFor(code: ErrorCode, stderr: string): string | undefined {
  if (code !== 'HOST_KEY_CHANGED') return undefined
  const [, file] = /Offending \S+ key in (\S+):\d+/.exec(stderr) ?? []
  const [, host] = /Host key for (\S+) has changed/.exec(stderr) ?? []
  if (host === undefined) return undefined
  const remove = `ssh-keygen ${file === undefined ? '' : `-f ${file} `}-R ${host}`
  return `somebody may be in between; if the machine was set up anew: ${remove}, then connect again`
}
