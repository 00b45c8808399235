import { createHash, createPublicKey, sign } from 'node:crypto'

/** A key's public half as ACME sends it (RFC 7517), members in the order a thumbprint wants (RFC 7638). */
export interface Jwk {
  crv: string
  kty: string
  x: string
  y: string
}

export const base64url = (data: string | Buffer) => Buffer.from(data).toString('base64url')

/** The public half of a P-256 private key in PEM. */
export function jwkOf(privateKey: string): Jwk {
  const { crv = '', kty = '', x = '', y = '' } = createPublicKey(privateKey).export({ format: 'jwk' })
  return { crv, kty, x, y }
}

/** What stands for a key in the answer to a challenge. */
export const thumbprint = (jwk: Jwk) =>
  base64url(
    createHash('sha256')
      .update(JSON.stringify({ crv: jwk.crv, kty: jwk.kty, x: jwk.x, y: jwk.y }))
      .digest(),
  )

/** A request's body, signed with ES256 (RFC 7515); a payload of null asks for a resource and sends nothing. */
export function signed(privateKey: string, protectedHeader: object, payload: object | null): string {
  const head = base64url(JSON.stringify({ alg: 'ES256', ...protectedHeader }))
  const body = payload === null ? '' : base64url(JSON.stringify(payload))
  const signature = sign('sha256', Buffer.from(`${head}.${body}`), { key: privateKey, dsaEncoding: 'ieee-p1363' })
  return JSON.stringify({ protected: head, payload: body, signature: base64url(signature) })
}
