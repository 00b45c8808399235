import { createHash, X509Certificate } from 'node:crypto'
import { join } from 'node:path'
import { isWildcard } from '../../../lib/domain.ts'
import { AppError, toAppError } from '../../errors.ts'
import type { CertificateAuthority, IssuedCertificate, OrderFault } from '../../ports/acme.ts'
import type { DeployDeps } from '../deps.ts'
import { isCertifiable } from '../domains.ts'
import { hostsOf } from '../hosts.ts'
import { applyRoutes, type IngressDeps, servingProxy } from '../ingress.ts'
import { readBundle } from '../releases.ts'
import { afterFailure, afterIssue, beforeOrder, dueAt, isUsable, newCertificate, warningDue } from './decide.ts'
import { type CertificateRecord, certificateFiles, type IssuedRecord } from './model.ts'
import { solverFor } from './solve.ts'

/** What looking after certificates may ask for. */
export type CertificateDeps = IngressDeps & Pick<DeployDeps, 'authority' | 'events' | 'ordering'>

/** A domain that is to have a certificate, and the app it leads to. */
export interface WantedDomain {
  domain: string
  app: string
  context: string
}

/**
 * Places the orders that are due, one after the other, and tells what runs out. Resolves to when the next look is due, ms
 * since 1970.
 */
export async function keepCertificates(deps: CertificateDeps, signal: AbortSignal): Promise<number> {
  const authority = await deps.authority()
  if (authority === null) return Number.POSITIVE_INFINITY
  const wanted = await wantedDomains(deps)
  for (const one of wanted) {
    signal.throwIfAborted()
    const record = await recordOf(deps, one.domain)
    const due = dueAt(record, authority.directory)
    if (due !== undefined && due <= deps.clock.now().getTime())
      // told and kept; the others are looked after all the same
      await orderCertificate(deps, one, signal).catch(() => signal.throwIfAborted())
    await warn(deps, one)
  }
  await forgetOld(deps, wanted)
  const records = await Promise.all(wanted.map(({ domain }) => recordOf(deps, domain)))
  return Math.min(...records.map((record) => dueAt(record, authority.directory) ?? Number.POSITIVE_INFINITY))
}

/** Domains of the apps that take requests, each once; none where nobody issues certificates. */
export async function wantedDomains(
  deps: Pick<DeployDeps, 'store' | 'files' | 'paths' | 'ingressSettings'>,
): Promise<WantedDomain[]> {
  if (deps.ingressSettings.tls === null) return []
  const wanted = new Map<string, WantedDomain>()
  for (const app of await deps.store.deploys.apps()) {
    const live = (await deps.store.deploys.deployments(app.id)).find(({ id }) => id === app.live)
    if (!live) continue
    const { settings, entrance } = await readBundle(deps, app, live.release)
    if (entrance === null) continue
    for (const domain of hostsOf(app, settings).filter(isCertifiable))
      wanted.set(domain, { domain, app: app.name, context: app.context })
  }
  return [...wanted.values()]
}

/**
 * Orders a certificate, hands it to the ingress, and tells how it went. What fails is counted before it is tried. Throws
 * CERTIFICATE_FAILED.
 */
export async function orderCertificate(
  deps: CertificateDeps,
  wanted: WantedDomain,
  signal: AbortSignal,
): Promise<void> {
  const { domain, app, context } = wanted
  await deps.locks.run(`certificate ${domain}`, async () => {
    const authority = await deps.authority()
    if (authority === null) return
    const record = await recordOf(deps, domain)
    deps.ordering.set(domain, record)
    try {
      await deps.store.deploys.saveCertificate(beforeOrder(record, deps.clock.now()))
      const issued = await placeOrder(deps, authority, domain, signal)
      await deps.store.deploys.saveCertificate(afterIssue(record, issued))
      await applyRoutes(deps)
      const data = { app, notAfter: issued.notAfter, renewed: record.issued !== null }
      await deps.events.tell({ type: 'certificate.issued', subject: domain, context, data })
      if (record.issued !== null) await removeFiles(deps, record.issued)
    } catch (thrown) {
      if (signal.aborted) await deps.store.deploys.saveCertificate(record)
      else await tellFailure(deps, wanted, record, toAppError(thrown))
      throw thrown
    } finally {
      deps.ordering.delete(domain)
    }
  })
}

async function placeOrder(
  deps: CertificateDeps,
  authority: CertificateAuthority,
  domain: string,
  signal: AbortSignal,
): Promise<IssuedRecord> {
  const solver = solverFor(deps, signal)
  if (isWildcard(domain) && solver.kind === 'http-01')
    throw new AppError('CERTIFICATE_FAILED', `a CA gives a certificate for ${domain} by dns-01 alone`, {
      hint: 'set challenge = "dns-01" and dns_hook in [ingress.acme] of config.toml',
      details: { type: 'wildcard', retryAfter: null, isFinal: true },
    })
  if (solver.kind === 'http-01' && (await servingProxy(deps)) === undefined)
    throw new AppError('INGRESS_FAILED', 'the proxy in front of the apps does not run')
  return writeFiles(deps, authority, await authority.order(domain, solver, signal))
}

/** Files named after their content: a proxy sees by the name that there is another. The key is its owner's alone. */
async function writeFiles(
  deps: CertificateDeps,
  { directory }: CertificateAuthority,
  { chain, key }: IssuedCertificate,
): Promise<IssuedRecord> {
  const { validFromDate, validToDate, issuer } = new X509Certificate(chain)
  const digest = createHash('sha256').update(chain).digest('hex').slice(0, 32)
  const files = certificateFiles({ digest })
  await deps.files.writeText(pathOf(deps, files.key), key, 0o600)
  await deps.files.writeText(pathOf(deps, files.certificate), chain, 0o644)
  const [notBefore, notAfter] = [validFromDate.toISOString(), validToDate.toISOString()]
  return { digest, directory, notBefore, notAfter, issuer: issuer.replaceAll('\n', ', ') }
}

const pathOf = ({ paths }: Pick<DeployDeps, 'paths'>, file: string) => join(paths.ingress, 'etc', file)

async function removeFiles(deps: CertificateDeps, issued: IssuedRecord): Promise<void> {
  for (const file of Object.values(certificateFiles(issued))) await deps.files.remove(pathOf(deps, file))
}

async function tellFailure(
  deps: CertificateDeps,
  { domain, context, app }: WantedDomain,
  record: CertificateRecord,
  { message, details }: AppError,
): Promise<void> {
  const { type = 'failed', retryAfter = null, isFinal = false } = details as Partial<OrderFault>
  const failed = afterFailure(record, { type, retryAfter, isFinal }, message, deps.clock.now())
  await deps.store.deploys.saveCertificate(failed)
  const data = { app, reason: type, message, failures: failed.failures, nextTryAt: failed.nextTryAt }
  await deps.events.tell({ type: 'certificate.failed', subject: domain, context, data })
}

/** Tells once that a certificate is about to run out, and once that it has: from then on it is out of the ingress. */
async function warn(deps: CertificateDeps, { domain, context, app }: WantedDomain): Promise<void> {
  const record = await recordOf(deps, domain)
  const warned = warningDue(record, deps.clock.now())
  if (warned === undefined) return
  await deps.store.deploys.saveCertificate({ ...record, warned })
  if (warned === 'expired') await applyRoutes(deps)
  const data = { app, notAfter: record.issued?.notAfter }
  await deps.events.tell({ type: `certificate.${warned}`, subject: domain, context, data })
}

/** Those of domains no app has any more stay until they run out: an app that comes back needs no new order. */
async function forgetOld(deps: CertificateDeps, wanted: readonly WantedDomain[]): Promise<void> {
  const names = new Set(wanted.map(({ domain }) => domain))
  for (const record of await deps.store.deploys.certificates()) {
    if (names.has(record.domain) || isUsable(record, deps.clock.now())) continue
    if (record.issued !== null) await removeFiles(deps, record.issued)
    await deps.store.deploys.removeCertificate(record.domain)
  }
}

/** What is known of a domain's certificate. */
export async function recordOf({ store }: Pick<DeployDeps, 'store'>, domain: string): Promise<CertificateRecord> {
  const records = await store.deploys.certificates()
  return records.find((one) => one.domain === domain) ?? newCertificate(domain)
}
