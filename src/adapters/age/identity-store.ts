import { join } from 'node:path'
import { AppError } from '../../core/errors.ts'
import type { Files, Host, IdentityStore } from '../../core/ports.ts'
import { type Keychain, keychainOf } from './keychain.ts'

interface Options {
  files: Pick<Files, 'readText' | 'writeText' | 'mode' | 'remove'>
  host: Pick<Host, 'run'>
  /** The state directory. */
  home: string
  platform: NodeJS.Platform
}

/** The user's private keys: `vault/identity` in the state directory (as age-keygen writes it), else the keychain. */
export function createIdentityStore({ files, host, home, platform }: Options): IdentityStore {
  const path = join(home, 'vault', 'identity')
  const keychain = keychainOf(platform, host)
  return {
    async read() {
      const text = await files.readText(path)
      if (text !== undefined) {
        await refuseUnsafe(files, path)
        return { keys: keysIn(text), place: 'file', path }
      }
      const kept = await keychain?.read(home)
      return kept === undefined ? undefined : { keys: keysIn(kept), place: 'keychain', path: null }
    },
    async write(keys, place) {
      if (place === 'file') {
        await files.writeText(path, render(keys), 0o600)
        return { keys, place, path }
      }
      await mustHave(keychain).write(home, keys.join(' '))
      await files.remove(path)
      return { keys, place, path: null }
    },
  }
}

/** The private keys in a text: a file of age-keygen, or keys apart by spaces. */
export const keysIn = (text: string): string[] =>
  text
    .split('\n')
    .filter((line) => !line.trimStart().startsWith('#'))
    .flatMap((line) => line.split(/\s+/))
    .filter((word) => word !== '')

const render = (keys: readonly string[]) =>
  ['# the private keys of berth: whoever has them reads your secrets. The first one is in use.', ...keys, ''].join('\n')

async function refuseUnsafe(files: Options['files'], path: string): Promise<void> {
  const mode = (await files.mode(path)) ?? 0
  if ((mode & 0o077) === 0) return
  throw new AppError('IDENTITY_UNSAFE', `others can read your private key: ${path} has mode ${mode.toString(8)}`, {
    hint: `chmod 600 ${path}; if somebody may have read it: berth vault rotate`,
  })
}

function mustHave(keychain: Keychain | undefined): Keychain {
  if (keychain !== undefined) return keychain
  throw new AppError('NOT_SUPPORTED', 'this system has no keychain Berth knows', { hint: 'keep the key in the file' })
}
