/** What stands where a secret stood. */
const mask = '***'

/** Shorter values are not looked for by themselves: they would be found in the middle of words. */
const shortestKnown = 8

/** The last word of a name that holds a secret: `DB_PASSWORD`, `api-key`, `githubToken`, but not `MAX_TOKENS` or `TOKEN_FILE`. */
const secretWord =
  '(?:pass(?:word|wd|phrase)?|pwd|secret|token|credentials?|auth|(?:api|access|private|secret|signing|encryption|master|session)[-_.]?key)'
const secretName = String.raw`[A-Za-z0-9_.\-]{0,80}${secretWord}`
/** The shell's own: `pwd` here is no password, and masking it would cut the directory out of every path shown. */
const workingDirectory = /^(OLD)?PWD$/
const value = String.raw`(?:"(?:[^"\\\n]|\\.)*"|'[^'\n]*'|[^\s"',;&|)\]}]+)`

/** Tokens known by their shape, wherever they stand. */
const tokenShapes = [
  /\b(?:gh[pousr]_[A-Za-z0-9]{20,}|github_pat_\w{20,}|glpat-[\w-]{16,})/g,
  /\bsk-[A-Za-z0-9_-]{16,}/g,
  /\b(?:sk|rk|pk)_(?:live|test)_[A-Za-z0-9]{10,}|\bwhsec_[A-Za-z0-9+/=]{10,}/g,
  /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g,
  /\bAIza[\w-]{30,}/g,
  /\bxox[abeoprs]-[A-Za-z0-9-]{10,}/g,
  /\b(?:npm|hf|pypi)_[A-Za-z0-9]{20,}|\bdckr_pat_[\w-]{16,}/g,
  /\bberth_[a-z0-9]{8}_[\w-]{43}(?:\.[\w-]{43})?/g,
  /\bAGE-SECRET-KEY-1[A-Z0-9]{20,}/g,
  /\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*/g,
  /\b\d{8,10}:[\w-]{35}\b/g,
]

/** Whole blocks, headers, and addresses that carry a password. What the first group holds stays. */
const carriers = [
  /(-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----)[\s\S]*?(?:(?=-----END [A-Z0-9 ]*PRIVATE KEY-----)|$)/g,
  /\b([a-z][a-z0-9+.-]{0,20}:\/\/[^\s/:@"']*:)[^\s/@"']+(?=@)/gi,
  /\b((?:proxy-)?authorization\s*[:=]\s*(?:[a-z]+\s+)?)[^\s"',]+/gi,
  /\b(bearer\s+)[\w.~+/=-]{8,}/gi,
]

/** Assignments to a secret name: in a command line or query, quoted as in JSON, at the start of a line as in YAML. */
const assignments = [
  new RegExp(String.raw`((?:^|[^A-Za-z0-9_.\-])-{0,2}${secretName}=)${value}`, 'gim'),
  new RegExp(String.raw`(["']${secretName}["']\s*[:=]\s*)${value}`, 'gi'),
  new RegExp(String.raw`(^[ \t]*(?:- )?(?:export )?${secretName}[ \t]*[:=][ \t]*)${value}`, 'gim'),
  new RegExp(String.raw`((?:^|\s)--${secretName} )(?!-)${value}`, 'gim'),
]

/**
 * Text with everything that looks like a secret masked: values assigned to secret-looking names, credentials in URLs
 * and headers, private keys, tokens known by their shape, and the `known` values themselves. Doing it again changes
 * nothing.
 */
export function redact(text: string, known: readonly string[] = []): string {
  let clean = text
  for (const secret of known.toSorted((a, b) => b.length - a.length))
    if (secret.length >= shortestKnown) clean = clean.replaceAll(secret, mask)
  for (const shape of carriers) clean = clean.replaceAll(shape, `$1${mask}`)
  for (const shape of assignments) clean = clean.replaceAll(shape, maskValue)
  for (const shape of tokenShapes) clean = clean.replaceAll(shape, mask)
  return clean
}

/** Quotes stay, so that JSON stays JSON. */
function maskValue(match: string, head: string): string {
  const quote = /^["']/.exec(match.slice(head.length))?.[0] ?? ''
  return `${head}${quote}${mask}${quote}`
}

/** A JSON value with every string in it redacted, and what stands under a secret-looking key masked. */
export function redactValue(value: unknown, known: readonly string[] = []): unknown {
  if (typeof value === 'string') return redact(value, known)
  if (Array.isArray(value)) return value.map((one) => redactValue(one, known))
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).map(([key, one]) => {
    const secret = isSecretName(key) && typeof one === 'string' && one !== ''
    return [key, secret ? mask : redactValue(one, known)]
  })
  return Object.fromEntries(entries)
}

/** Whether a variable of this name holds a secret, as far as a name can tell. */
export function isSecretName(name: string): boolean {
  return !workingDirectory.test(name) && new RegExp(`^${secretName}$`, 'i').test(name)
}

/** The values of an environment that are secrets by their names, for `known`. */
export function secretValues(environment: Readonly<Record<string, string | undefined>>): string[] {
  return Object.entries(environment).flatMap(([name, one]) =>
    one !== undefined && one.length >= shortestKnown && isSecretName(name) ? [one] : [],
  )
}
