/** What this machine proves itself with where its API is served over TLS. Secret but for the fingerprint. */
export interface Certificate {
  /** PEM. */
  key: string
  /** PEM, self-signed: its fingerprint is what others know it by, and no authority. */
  cert: string
  /** SHA-256 of the certificate, base64url. */
  fingerprint: string
}
