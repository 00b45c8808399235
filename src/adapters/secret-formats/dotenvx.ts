import { createDecipheriv, hkdfSync } from 'node:crypto'
import { secp256k1 } from '@noble/curves/secp256k1.js'
import { AppError } from '../../core/errors.ts'

const prefix = 'encrypted:'
/** Parts of a value: the sender's public key, nonce and tag, in bytes (https://github.com/ecies/js). */
const sizes = { key: 65, nonce: 16, tag: 16 }

/** The values of a dotenvx file, its own public keys left out. Throws IMPORT_FAILED naming what no key opens. */
export function readDotenvx(
  values: Readonly<Record<string, string>>,
  path: string,
  privateKeys: readonly string[],
): Record<string, string> {
  const keys = privateKeys.map((key) => key.trim()).filter((key) => /^[0-9a-f]{64}$/i.test(key))
  const closed: string[] = []
  const open = ([name, value]: [string, string]): [string, string] => {
    if (!value.startsWith(prefix)) return [name, value]
    const text = decryptWithAny(Buffer.from(value.slice(prefix.length), 'base64'), keys)
    if (text === undefined) closed.push(name)
    return [name, text ?? '']
  }
  const own = Object.entries(values).filter(([name]) => !name.startsWith('DOTENV_PUBLIC_KEY'))
  const read = Object.fromEntries(own.map(open))
  if (closed.length > 0)
    throw new AppError('IMPORT_FAILED', `no key of dotenvx opens ${closed.join(', ')} of ${path}`, {
      hint: 'put .env.keys beside the file, or set DOTENV_PRIVATE_KEY',
    })
  return read
}

function decryptWithAny(data: Buffer, keys: readonly string[]): string | undefined {
  for (const key of keys) {
    try {
      return decrypt(data, Buffer.from(key, 'hex'))
    } catch {
      // not this one
    }
  }
  return undefined
}

function decrypt(data: Buffer, privateKey: Uint8Array): string {
  const sender = data.subarray(0, sizes.key)
  const nonce = data.subarray(sizes.key, sizes.key + sizes.nonce)
  const tag = data.subarray(sizes.key + sizes.nonce, sizes.key + sizes.nonce + sizes.tag)
  const shared = secp256k1.getSharedSecret(privateKey, sender, false)
  const secret = Buffer.from(hkdfSync('sha256', Buffer.concat([sender, shared]), '', '', 32))
  const decipher = createDecipheriv('aes-256-gcm', secret, nonce, { authTagLength: sizes.tag }).setAuthTag(tag)
  const body = decipher.update(data.subarray(sizes.key + sizes.nonce + sizes.tag))
  return Buffer.concat([body, decipher.final()]).toString('utf8')
}
