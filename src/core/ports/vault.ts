import type { Identity } from '../vault/model.ts'

/** Encryption to public keys. */
export interface Cipher {
  /** A new private key. */
  newKey(): Promise<string>
  /** The public key of a private one. Throws IDENTITY_INVALID. */
  recipientOf(key: string): Promise<string>
  /** Throws RECIPIENT_INVALID naming the one that is no public key. */
  encrypt(text: string, recipients: readonly string[]): Promise<Uint8Array>
  /** The text, or undefined where none of the keys opens it. Throws VAULT_INVALID for what is no encrypted file at all. */
  decrypt(file: Uint8Array, keys: readonly string[]): Promise<string | undefined>
}

/** Where the user's private keys lie: a file only they can read, or the keychain of the system. */
export interface IdentityStore {
  /** The file's, else the keychain's; undefined where there is none. Throws IDENTITY_UNSAFE when others can read the file. */
  read(): Promise<Identity | undefined>
  /** Puts these in place of what is there. Throws NOT_SUPPORTED where there is no keychain. */
  write(keys: readonly string[], place: 'file' | 'keychain'): Promise<Identity>
}

/** Files of secrets that other tools wrote. */
export interface SecretFiles {
  /** What is in a dotenv, dotenvx or sops file. `keys` may open it. Throws IMPORT_FAILED. */
  read(path: string, keys: { age: readonly string[]; dotenvx: readonly string[] }): Promise<Record<string, string>>
}
