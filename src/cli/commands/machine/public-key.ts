import { readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import type { BerthContext } from '../../context.ts'
import { failure, usage } from '../../failure.ts'

const usual = ['id_ed25519.pub', 'id_ecdsa.pub', 'id_rsa.pub']

/** The public key of a file, or the usual one of this user. Never a private one, even where that is named by mistake. */
export function readPublicKey(
  { directory, env }: Pick<BerthContext, 'directory' | 'env'>,
  file: string | undefined,
): string {
  if (file !== undefined) return publicKeyOf(file, textOf(resolve(directory, file)))
  const ssh = join(env['HOME'] ?? homedir(), '.ssh')
  for (const name of usual) {
    const text = textOf(join(ssh, name))
    if (text !== undefined) return publicKeyOf(name, text)
  }
  throw usage(`no public key is in ${ssh}`, 'pass --ssh-key FILE.pub; ssh-keygen -t ed25519 makes one')
}

function publicKeyOf(file: string, text: string | undefined): string {
  if (text === undefined) throw failure('SOURCE_INVALID', `${file} cannot be read`, 'pass --ssh-key FILE.pub')
  if (text.includes('PRIVATE KEY')) throw usage(`${file} is a private key`, `pass --ssh-key ${file}.pub`)
  const line = text.trim()
  if (!/^(ssh|ecdsa|sk)-\S+ \S+/.test(line) || line.includes('\n')) throw usage(`${file} is no public key of OpenSSH`)
  return line
}

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}
