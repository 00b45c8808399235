import { createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto'
import { mkdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { writeAtomic } from '../../lib/write-atomic.ts'

/** Where an interface's private key lies: readable by its user alone, and only ever named by this path. */
export const keyFile = (directory: string, device: string) => join(directory, `${device}.key`)

/** The public half of an interface's key, made the first time it is asked for. */
export async function publicKeyOf(directory: string, device: string): Promise<string> {
  const file = keyFile(directory, device)
  const kept = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  return kept === undefined ? makeKey(directory, file) : publicHalf(kept.trim())
}

export const removeKey = (directory: string, device: string) => rm(keyFile(directory, device), { force: true })

async function makeKey(directory: string, file: string): Promise<string> {
  const { privateKey, publicKey } = generateKeyPairSync('x25519')
  await mkdir(directory, { recursive: true, mode: 0o700 })
  await writeAtomic(file, `${base64(privateKey.export({ format: 'jwk' }).d)}\n`, 0o600)
  return base64(publicKey.export({ format: 'jwk' }).x)
}

/** What stands before the 32 bytes of an X25519 private key in PKCS #8 (RFC 8410). */
const prefix = Buffer.from('302e020100300506032b656e04220420', 'hex')

function publicHalf(privateKey: string): string {
  const der = Buffer.concat([prefix, Buffer.from(privateKey, 'base64')])
  const key = createPublicKey(createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }))
  return base64(key.export({ format: 'jwk' }).x)
}

const base64 = (part = '') => Buffer.from(part, 'base64url').toString('base64')
