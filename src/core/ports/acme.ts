/** Something the CA asks for, to see that a name is ours. */
export type Challenge =
  /** `path` on port 80 of the domain must be answered with `answer`. */
  | { kind: 'http-01'; domain: string; path: string; answer: string }
  /** The TXT record `name` must hold `answer`. */
  | { kind: 'dns-01'; domain: string; name: string; answer: string }

export type ChallengeKind = Challenge['kind']

/** Does what a challenge asks for, and takes it back. */
export interface ChallengeSolver {
  kind: ChallengeKind
  /** Resolves once the answer can be seen from outside. */
  present(challenge: Challenge): Promise<void>
  /** Harmless when there is nothing. */
  cleanUp(challenge: Challenge): Promise<void>
}

/** A certificate and its key, in PEM. */
export interface IssuedCertificate {
  /** The certificate first, then those it is signed by. */
  chain: string
  key: string
}

/** Why an order failed: the details of CERTIFICATE_FAILED. */
export interface OrderFault {
  /** The last word of the CA's problem type (`connection`, `dns`, `rateLimited` …, RFC 8555, 6.7), or a word of ours. */
  type: string
  /** Seconds the CA asks to be left alone; null: it does not say. */
  retryAfter: number | null
  /** Whether asking again cannot help. */
  isFinal: boolean
}

/** Who issues certificates: an ACME server (RFC 8555). */
export interface CertificateAuthority {
  /** URL of its directory: certificates of another one are not its own. */
  directory: string
  /** Orders a certificate for one domain; one order, never repeated by itself. Throws CERTIFICATE_FAILED with an OrderFault. */
  order(domain: string, solver: ChallengeSolver, signal: AbortSignal): Promise<IssuedCertificate>
}
