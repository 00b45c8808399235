/** What is known of the certificate for one domain. */
export interface CertificateRecord {
  domain: string
  /** The one that is in use; null before the first. */
  issued: IssuedRecord | null
  /** Orders that have failed since the last that did not. */
  failures: number
  lastError: { type: string; message: string; at: string } | null
  /** When the next order is placed (ISO 8601); null: never by itself. Only meaningful after a failure. */
  nextTryAt: string | null
  /** What of its running out has been told. */
  warned: 'expiring' | 'expired' | null
}

/** A certificate that was issued. */
export interface IssuedRecord {
  /** Digest of its chain: names its files. */
  digest: string
  /** Directory of the CA. */
  directory: string
  /** ISO 8601, UTC. */
  notBefore: string
  notAfter: string
  issuer: string
}

/**
 * `waiting`: none yet. `ordering`: one is asked for now. `valid`. `failing`: an order failed, the next comes by itself. `stopped`: none comes any more.
 * `expired`. One that is failing or stopped may still have a valid certificate.
 */
export type CertificateState = 'waiting' | 'ordering' | 'valid' | 'failing' | 'stopped' | 'expired'

/** Files of a certificate, relative to the directory of the proxy's configuration. */
export const certificateFiles = ({ digest }: Pick<IssuedRecord, 'digest'>) => ({
  certificate: `certificates/${digest}.crt`,
  key: `certificates/${digest}.key`,
})
