import { domainToASCII } from 'node:url'

const label = '[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?'
const hostName = new RegExp(`^(\\*\\.)?(${label}\\.)*${label}$`)

/**
 * A host name that requests may come for, as it goes into every configuration: lower case, other alphabets in punycode, `*.` in
 * front for all names below. Nothing else gets through, so that no proxy can be told anything by a name. undefined for
 * what is none.
 */
export function readDomain(text: string): string | undefined {
  const [wildcard, rest] = text.startsWith('*.') ? ['*.', text.slice(2)] : ['', text]
  // a URL's host may be an address, or hold escapes that turn into other characters
  if (rest.length > 253 || /[%:[\]/\\@?#\s*]/.test(rest)) return undefined
  const domain = `${wildcard}${domainToASCII(rest.replace(/\.$/, ''))}`
  const isName = hostName.test(domain) && domain.length <= 253 && !/(^|\.)\d+$/.test(domain)
  return isName && !(wildcard !== '' && !rest.includes('.')) ? domain : undefined
}

/** Whether it stands for all names one level below. */
export const isWildcard = (domain: string) => domain.startsWith('*.')
