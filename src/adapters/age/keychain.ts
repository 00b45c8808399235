import { AppError } from '../../core/errors.ts'
import type { Host } from '../../core/ports.ts'

/** The keychain of the user's desktop; one entry for each state directory. */
export interface Keychain {
  read(home: string): Promise<string | undefined>
  write(home: string, secret: string): Promise<void>
}

const service = 'berth-vault'

/** macOS's keychain, or the Secret Service (GNOME Keyring, KWallet, KeePassXC) through secret-tool; else none. */
export function keychainOf(platform: NodeJS.Platform, host: Pick<Host, 'run'>): Keychain | undefined {
  if (platform === 'darwin') return macKeychain(host)
  return platform === 'linux' ? secretService(host) : undefined
}

/** A home as a word that needs no quotes. */
const account = (home: string) => Buffer.from(home).toString('base64url')

function macKeychain(host: Pick<Host, 'run'>): Keychain {
  return {
    read: (home) => readBy(host, ['security', 'find-generic-password', '-s', service, '-a', account(home), '-w']),
    // -i reads commands from its input: the secret is in no argument list
    write: (home, secret) =>
      writeBy(host, ['security', '-i'], `add-generic-password -U -s ${service} -a ${account(home)} -w "${secret}"\n`),
  }
}

function secretService(host: Pick<Host, 'run'>): Keychain {
  const attributes = (home: string) => ['service', service, 'home', account(home)]
  return {
    read: (home) => readBy(host, ['secret-tool', 'lookup', ...attributes(home)]),
    write: (home, secret) =>
      writeBy(host, ['secret-tool', 'store', '--label=Berth vault key', ...attributes(home)], secret),
  }
}

/** Without the program, without a keychain that is open, without such an entry: there is none. */
async function readBy(host: Pick<Host, 'run'>, argv: readonly string[]): Promise<string | undefined> {
  try {
    const { exitCode, stdout } = await host.run(argv, { timeoutMs: 5000 })
    return exitCode === 0 && stdout.trim() !== '' ? stdout.trim() : undefined
  } catch (error) {
    if (error instanceof AppError && error.code === 'TOOL_MISSING') return undefined
    throw error
  }
}

async function writeBy(host: Pick<Host, 'run'>, argv: readonly string[], input: string): Promise<void> {
  const { exitCode, stderr } = await host.run(argv, { input, timeoutMs: 30_000 })
  if (exitCode === 0) return
  throw new AppError('NOT_SUPPORTED', `the keychain did not take the key: ${stderr.trim()}`, {
    hint: 'unlock the keychain, or keep the key in the file',
  })
}
