import { AppError } from '../../core/errors.ts'
import type { Cipher } from '../../core/ports.ts'

/** Encryption by age (X25519), compatible with the `age` program. The library is loaded with the first use. */
export function createAgeCipher(): Cipher {
  const load = () => import('age-encryption')
  return {
    newKey: async () => (await load()).generateX25519Identity(),
    recipientOf: async (key) => {
      const { identityToRecipient } = await load()
      return identityToRecipient(key).catch((cause: unknown) => {
        // neither the message nor the cause: they quote what may be a mistyped private key
        throw new AppError('IDENTITY_INVALID', 'a private key is none', { details: { kind: kindOf(cause) } })
      })
    },
    async encrypt(text, recipients) {
      const { Encrypter } = await load()
      const encrypter = new Encrypter()
      for (const recipient of recipients) addRecipient(encrypter, recipient)
      return encrypter.encrypt(text)
    },
    async decrypt(file, keys) {
      const { Decrypter } = await load()
      const decrypter = new Decrypter()
      for (const key of keys) addIdentity(decrypter, key)
      try {
        return await decrypter.decrypt(file, 'text')
      } catch (cause) {
        if (cause instanceof Error && /no identity matched/.test(cause.message)) return undefined
        throw new AppError('VAULT_INVALID', `not an age file, or a damaged one: ${(cause as Error).message}`, { cause })
      }
    },
  }
}

const kindOf = (cause: unknown) => (cause instanceof Error ? cause.name : typeof cause)

function addRecipient(encrypter: { addRecipient(recipient: string): void }, recipient: string): void {
  try {
    encrypter.addRecipient(recipient)
  } catch (cause) {
    throw new AppError('RECIPIENT_INVALID', `${JSON.stringify(recipient)} is no public key of age`, { cause })
  }
}

function addIdentity(decrypter: { addIdentity(identity: string): void }, key: string): void {
  try {
    decrypter.addIdentity(key)
  } catch (cause) {
    throw new AppError('IDENTITY_INVALID', 'a private key is none', { details: { kind: kindOf(cause) } })
  }
}
