import { createPublicKey, generateKeyPairSync, sign } from 'node:crypto'

/** A new P-256 key in PEM. */
export function newKey(): string {
  const format = { type: 'pkcs8', format: 'pem' } as const
  const pair = {
    namedCurve: 'P-256',
    privateKeyEncoding: format,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  } as const
  return generateKeyPairSync('ec', pair).privateKey
}

/**
 * A certificate request (RFC 2986) for one domain, in DER. Made here and not by openssl, which takes keys from files alone:
 * so a key lies in one place, readable by its owner, and only once it has a certificate.
 */
export function requestFor(domain: string, key: string): Buffer {
  const name = der(0x82, Buffer.from(domain, 'ascii'))
  const alternativeNames = sequence(objectId('0603551d11'), der(0x04, sequence(name)))
  const extensions = sequence(objectId('06092a864886f70d01090e'), der(0x31, sequence(alternativeNames)))
  const publicKey = createPublicKey(key).export({ type: 'spki', format: 'der' })
  const information = sequence(der(0x02, Buffer.of(0)), sequence(), publicKey, der(0xa0, extensions))
  const ecdsaWithSha256 = sequence(objectId('06082a8648ce3d040302'))
  const signature = der(0x03, Buffer.concat([Buffer.of(0), sign('sha256', information, key)]))
  return sequence(information, ecdsaWithSha256, signature)
}

const objectId = (hexadecimal: string) => Buffer.from(hexadecimal, 'hex')

const sequence = (...parts: Buffer[]) => der(0x30, Buffer.concat(parts))

/** One value with its tag and length (X.690). */
function der(tag: number, content: Buffer): Buffer {
  const { length } = content
  // the shortest form is the only one allowed
  const sized = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 0xff]
  return Buffer.concat([Buffer.from([tag, ...sized]), content])
}
