import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import type { Sealer } from '../../core/deploy/deps.ts'
import { AppError } from '../../core/errors.ts'
import type { Files } from '../../core/ports.ts'

/** AES-256-GCM (NIST SP 800-38D): 12 bytes of nonce, 16 of tag, then the text. */
const algorithm = 'aes-256-gcm'
const nonceLength = 12
const tagLength = 16

/**
 * Seals values with a key that lies in this home alone (0600): a copy of the sealed file is of no use elsewhere. The key is
 * made when it is first needed.
 */
export function createSealer(files: Pick<Files, 'readText' | 'writeText'>, keyFile: string): Sealer {
  let key: Promise<Buffer> | undefined
  const readKey = () => (key ??= readOrMakeKey(files, keyFile))
  return {
    async seal(values) {
      const nonce = randomBytes(nonceLength)
      const cipher = createCipheriv(algorithm, await readKey(), nonce)
      const text = Buffer.concat([cipher.update(JSON.stringify(values)), cipher.final()])
      return Buffer.concat([nonce, cipher.getAuthTag(), text]).toString('base64')
    },
    async open(sealed) {
      const bytes = Buffer.from(sealed, 'base64')
      const decipher = createDecipheriv(algorithm, await readKey(), bytes.subarray(0, nonceLength))
      decipher.setAuthTag(bytes.subarray(nonceLength, nonceLength + tagLength))
      try {
        const text = Buffer.concat([decipher.update(bytes.subarray(nonceLength + tagLength)), decipher.final()])
        return JSON.parse(text.toString()) as Record<string, string>
      } catch (cause) {
        throw new AppError('STATE_CORRUPT', `the secrets of a release cannot be opened with ${keyFile}`, {
          hint: 'deploy again: that seals them anew',
          cause,
        })
      }
    },
  }
}

async function readOrMakeKey(files: Pick<Files, 'readText' | 'writeText'>, keyFile: string): Promise<Buffer> {
  const known = await files.readText(keyFile)
  if (known !== undefined) return Buffer.from(known, 'base64')
  const made = randomBytes(32)
  await files.writeText(keyFile, made.toString('base64'), 0o600)
  return made
}
