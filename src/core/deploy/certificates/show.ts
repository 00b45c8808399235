import type { DeployDeps } from '../deps.ts'
import { dueAt, isUsable, newCertificate, stateOf } from './decide.ts'
import { type WantedDomain, wantedDomains } from './keep.ts'
import type { CertificateRecord, CertificateState } from './model.ts'

type ShowDeps = Pick<DeployDeps, 'store' | 'files' | 'paths' | 'ingressSettings' | 'clock' | 'ordering'>

/** A certificate as every list shows it. */
export interface CertificateView {
  domain: string
  app: string
  state: CertificateState
  issuer: string | null
  notAfter: string | null
  failures: number
  lastError: CertificateRecord['lastError']
  nextTryAt: string | null
}

/** Certificates of the apps of a context, wanted or there, by domain. */
export async function listCertificates(deps: ShowDeps, context: string): Promise<CertificateView[]> {
  const wanted = (await wantedDomains(deps)).filter((one) => one.context === context)
  const records = new Map((await deps.store.deploys.certificates()).map((one) => [one.domain, one]))
  const views = wanted.map((one) => viewOf(deps, one, records.get(one.domain) ?? newCertificate(one.domain)))
  return views.sort((one, other) => (one.domain < other.domain ? -1 : 1))
}

function viewOf(
  { clock, ordering, ingressSettings: { tls } }: ShowDeps,
  { domain, app }: WantedDomain,
  stored: CertificateRecord,
): CertificateView {
  // until it is known how an order ends it stands as one that failed
  const record = ordering.get(domain) ?? stored
  const { issued, failures, lastError } = record
  const now = clock.now()
  const due = dueAt(record, tls?.acme.directory ?? '')
  const inUse = isUsable(record, now) ? issued : null
  return {
    domain,
    app,
    failures,
    lastError,
    state: ordering.has(domain) ? 'ordering' : stateOf(record, now),
    issuer: inUse?.issuer ?? null,
    notAfter: inUse?.notAfter ?? null,
    nextTryAt: due === undefined ? null : new Date(Math.max(due, now.getTime())).toISOString(),
  }
}
