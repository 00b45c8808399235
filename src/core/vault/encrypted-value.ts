/** What an encrypted value begins with; the scheme and its version are part of it, so that another may come. */
const prefix = 'encrypted:age:v1:'

/** The bytes of an age file as a value of a dotenv line. */
export function encodeEncrypted(ageFile: Uint8Array): string {
  return prefix + Buffer.from(ageFile).toString('base64url')
}

/** Whether a value says that it is encrypted, by this scheme or another one. */
export const looksEncrypted = (value: string): boolean => value.startsWith('encrypted:')

/** The age file of an encrypted value, or undefined for any other value. */
export function decodeEncrypted(value: string): Uint8Array | undefined {
  const text = value.slice(prefix.length)
  if (!value.startsWith(prefix) || !/^[A-Za-z0-9_-]+$/.test(text)) return undefined
  return Buffer.from(text, 'base64url')
}
