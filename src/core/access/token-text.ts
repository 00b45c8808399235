/** A token in parts: what its holder keeps. */
export interface TokenParts {
  id: string
  /** 32 random bytes, base64url. */
  secret: string
  /** SHA-256 of the machine's certificate, base64url: its holder then needs nothing else to know the machine by. */
  fingerprint: string | null
}

const shape = /^berth_([a-z0-9]{8})_([A-Za-z0-9_-]{43})(?:\.([A-Za-z0-9_-]{43}))?$/

/** A token as its holder keeps it, one word. */
export function formatToken({ id, secret, fingerprint }: TokenParts): string {
  return `berth_${id}_${secret}${fingerprint === null ? '' : `.${fingerprint}`}`
}

/** The parts of a token, or undefined for any other text. */
export function parseToken(text: string): TokenParts | undefined {
  const [, id, secret, fingerprint] = shape.exec(text.trim()) ?? []
  return id === undefined || secret === undefined ? undefined : { id, secret, fingerprint: fingerprint ?? null }
}
