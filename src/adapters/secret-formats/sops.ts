import { createDecipheriv, createHash, timingSafeEqual } from 'node:crypto'
import { parse as parseYaml } from 'yaml'
import { AppError } from '../../core/errors.ts'

/** What is needed of the metadata sops keeps in a file. */
interface Metadata {
  age: { enc: string }[]
  mac: string
  lastModified: string
  macOnlyEncrypted: boolean
}

interface SopsFile {
  metadata: Metadata
  /** In the order of the file, comments left out. */
  values: [string, unknown][]
}

/** The values of a flat file sops encrypted for age. Throws IMPORT_FAILED. */
export async function readSops(text: string, path: string, keys: readonly string[]): Promise<Record<string, string>> {
  const fail = (why: string, hint = 'sops decrypt shows what sops says') =>
    new AppError('IMPORT_FAILED', `${path}: ${why}`, { hint })
  const { metadata, values } = parse(text, fail)
  const nested = values.filter(([, value]) => typeof value === 'object' && value !== null).map(([name]) => name)
  if (nested.length > 0) throw fail(`${nested.join(', ')} holds more than one value`, 'import a flat file: NAME: value')
  const dataKey = await openDataKey(metadata, keys)
  if (dataKey === undefined) throw fail('no age key of yours opens it', 'set SOPS_AGE_KEY to one that does')
  try {
    const hash = createHash('sha512')
    const read = values.map(([name, value]): [string, string] => {
      const encrypted = isEncrypted(value)
      const plain = encrypted ? decrypt(value, dataKey, `${name}:`) : asBytes(value)
      if (encrypted || !metadata.macOnlyEncrypted) hash.update(plain)
      // sops writes the truth values of Python
      return [name, isBoolean(value) ? plain.toLowerCase() : plain]
    })
    const mac = decrypt(metadata.mac, dataKey, metadata.lastModified)
    const found = hash.digest('hex').toUpperCase()
    if (mac.length !== found.length || !timingSafeEqual(Buffer.from(mac), Buffer.from(found)))
      throw fail('its checksum (MAC) is another one: somebody changed it without sops')
    return Object.fromEntries(read)
  } catch (cause) {
    if (cause instanceof AppError) throw cause
    throw fail('a value is damaged')
  }
}

/** As sops takes values into its checksum. */
const asBytes = (value: unknown) =>
  typeof value === 'boolean' ? (value ? 'True' : 'False') : typeof value === 'string' ? value : JSON.stringify(value)

type Fail = (why: string, hint?: string) => AppError

function parse(source: string, fail: Fail): SopsFile {
  if (/^sops_mac=/m.test(source)) return fromDotenv(source)
  let document: Record<string, unknown>
  try {
    document = (source.trimStart().startsWith('{') ? JSON.parse(source) : parseYaml(source)) as Record<string, unknown>
  } catch (cause) {
    throw fail(`not readable: ${(cause as Error).message.split('\n')[0]}`)
  }
  const { sops, ...values } = document
  const { age, mac, lastmodified, mac_only_encrypted } = sops as Record<string, unknown>
  const metadata = {
    age: (age ?? []) as { enc: string }[],
    mac: text(mac),
    lastModified: text(lastmodified),
    macOnlyEncrypted: mac_only_encrypted === true,
  }
  return { metadata, values: Object.entries(values) }
}

const text = (value: unknown) => (typeof value === 'string' ? value : '')

/** In a dotenv file the metadata is flat: `sops_age__list_0__map_enc`, line breaks as \n. */
function fromDotenv(text: string): SopsFile {
  const lines = text.split('\n').filter((line) => !line.startsWith('#') && line.includes('='))
  const pairs = lines.map((line): [string, string] => {
    const at = line.indexOf('=')
    return [line.slice(0, at), line.slice(at + 1).replaceAll('\\n', '\n')]
  })
  const isMetadata = ([name]: [string, string]) => name.startsWith('sops_')
  const metadata = Object.fromEntries(pairs.filter(isMetadata))
  const enc = Object.entries(metadata).filter(([name]) => /^sops_age__list_\d+__map_enc$/.test(name))
  return {
    metadata: {
      age: enc.map(([, value]) => ({ enc: value })),
      mac: metadata['sops_mac'] ?? '',
      lastModified: metadata['sops_lastmodified'] ?? '',
      macOnlyEncrypted: metadata['sops_mac_only_encrypted'] === 'true',
    },
    values: pairs.filter((pair) => !isMetadata(pair)),
  }
}

async function openDataKey({ age }: Metadata, keys: readonly string[]): Promise<Uint8Array | undefined> {
  if (keys.length === 0) return undefined
  const { armor, Decrypter } = await import('age-encryption')
  const decrypter = new Decrypter()
  for (const key of keys) decrypter.addIdentity(key)
  for (const { enc } of age) {
    try {
      return await decrypter.decrypt(armor.decode(enc))
    } catch {
      // for somebody else
    }
  }
  return undefined
}

const encryptedValue = /^ENC\[AES256_GCM,data:(.*),iv:(.+),tag:(.+),type:(\w+)\]$/

const isBoolean = (value: unknown) => typeof value === 'boolean' || (isEncrypted(value) && value.endsWith('type:bool]'))

const isEncrypted = (value: unknown): value is string => typeof value === 'string' && encryptedValue.test(value)

function decrypt(value: string, key: Uint8Array, additional: string): string {
  const [data, iv, tag] = (encryptedValue.exec(value) ?? []).slice(1).map((part) => Buffer.from(part, 'base64'))
  if (!data || !iv || !tag) throw new TypeError('not an encrypted value')
  const decipher = createDecipheriv('aes-256-gcm', key, iv, { authTagLength: 16 }).setAuthTag(tag)
  decipher.setAAD(Buffer.from(additional))
  return Buffer.concat([decipher.update(data), decipher.final()]).toString('utf8')
}
