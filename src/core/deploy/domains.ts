import { readDomain } from '../../lib/domain.ts'
import { AppError } from '../errors.ts'

/** The domain of an app that a person wrote, as it goes into every configuration. Throws DOMAIN_INVALID. */
export function parseDomain(text: string): string {
  const domain = readDomain(text)
  if (domain === undefined || isOurs(domain))
    throw new AppError('DOMAIN_INVALID', `${JSON.stringify(text)} is no domain of an app`)
  return domain
}

/** Names by which Berth asks single deployments (./ingress-state.ts). */
const isOurs = (domain: string) => /(^|\.)berth\.internal$/.test(domain)

/** Whether a CA can be asked for it: names below `.localhost` lead to whoever asks. */
export const isCertifiable = (domain: string) => !/(^|\.)localhost$/.test(domain)
