import { isWildcard } from '../../lib/domain.ts'
import { AppError } from '../errors.ts'
import { requireApp } from './apps.ts'
import { type CertificateView, listCertificates } from './certificates/show.ts'
import { currentApp } from './deployments.ts'
import type { DeployDeps } from './deps.ts'
import { parseDomain } from './domains.ts'
import { hostsOf } from './hosts.ts'
import { applyRoutes, type IngressDeps, servingProxy } from './ingress.ts'
import type { AppRecord } from './model.ts'
import { readBundle } from './releases.ts'
import { urlOf } from './urls.ts'

type ShowDeps = Pick<DeployDeps, 'store' | 'files' | 'paths' | 'ingressSettings' | 'clock' | 'ordering'>

/** A host name of an app, as lists show it. */
export interface DomainView {
  domain: string
  app: string
  source: 'berth.toml' | 'machine' | 'default'
  url: string
  certificate: CertificateView | null
}

/** Host names of the apps of a context, or of one of them. Throws APP_NOT_FOUND. */
export async function listDomains(deps: ShowDeps, context: string, name?: string): Promise<DomainView[]> {
  const apps = name === undefined ? await deps.store.deploys.apps() : [await requireApp(deps, context, name)]
  const certificates = await listCertificates(deps, context)
  const own = apps.filter((app) => app.context === context)
  return (await Promise.all(own.map((app) => domainsOf(deps, app, certificates)))).flat()
}

async function domainsOf(
  deps: ShowDeps,
  app: AppRecord,
  certificates: readonly CertificateView[],
): Promise<DomainView[]> {
  const written = await writtenDomains(deps, app)
  return hostsOf(app, { domains: written }).map((domain) => {
    const certificate = certificates.find((one) => one.domain === domain) ?? null
    const source = written.includes(domain) ? 'berth.toml' : app.domains?.includes(domain) ? 'machine' : 'default'
    const isSecure = certificate !== null && certificate.notAfter !== null
    return { domain, app: app.name, source, url: urlOf(deps.ingressSettings, domain, isSecure), certificate }
  })
}

interface ChangeRequest {
  context: string
  app: string
  domain: string
}

type ChangeDeps = IngressDeps & Pick<DeployDeps, 'domainsChange' | 'ordering'>

/** Has an app answer to one more host name from now on. Throws DOMAIN_INVALID, DOMAIN_TAKEN, APP_NOT_FOUND. */
export async function addDomain(deps: ChangeDeps, request: ChangeRequest): Promise<void> {
  const domain = parseDomain(request.domain)
  const { tls } = deps.ingressSettings
  if (isWildcard(domain) && tls?.acme.challenge === 'http-01')
    throw new AppError('DOMAIN_INVALID', `there is no certificate for ${domain} by http-01`, {
      hint: 'set challenge = "dns-01" and dns_hook in [ingress.acme] of config.toml of the machine',
    })
  await changeDomains(deps, request, async (app, domains) => {
    await requireFree(deps, app, [domain])
    return [...new Set([...domains, domain])]
  })
}

/** Has an app no longer answer to a host name it was given here. Throws DOMAIN_NOT_FOUND, APP_NOT_FOUND. */
export async function removeDomain(deps: ChangeDeps, request: ChangeRequest): Promise<void> {
  const domain = parseDomain(request.domain)
  await changeDomains(deps, request, async (app, domains) => {
    if (!domains.includes(domain)) {
      const isWritten = (await writtenDomains(deps, app)).includes(domain)
      const hint = 'take it out of domains in its berth.toml, and deploy'
      throw new AppError('DOMAIN_NOT_FOUND', `${app.name} was not given ${domain} here`, isWritten ? { hint } : {})
    }
    return domains.filter((one) => one !== domain)
  })
}

async function changeDomains(
  deps: ChangeDeps,
  { context, app: name }: ChangeRequest,
  change: (app: AppRecord, domains: readonly string[]) => Promise<string[]>,
): Promise<void> {
  await deps.locks.run('domains', async () => {
    const app = await currentApp(deps, await requireApp(deps, context, name))
    await deps.store.deploys.saveApp({ ...app, domains: await change(app, app.domains ?? []) })
  })
  if ((await servingProxy(deps)) !== undefined) await applyRoutes(deps)
  deps.domainsChange.ring()
}

/** One host name leads to one app, whoever's it is: there is one ingress. Throws DOMAIN_TAKEN. */
async function requireFree(deps: ShowDeps, app: AppRecord, domains: readonly string[]): Promise<void> {
  for (const other of await deps.store.deploys.apps()) {
    if (other.id === app.id) continue
    const taken = hostsOf(other, { domains: await writtenDomains(deps, other) })
    const clash = domains.find((domain) => taken.includes(domain))
    if (clash !== undefined)
      throw new AppError('DOMAIN_TAKEN', `${clash} belongs to ${other.name}`, { details: { app: other.name } })
  }
}

/**
 * The domains of a release may be this app's: they come from another machine, and go into the proxy's configuration. Throws
 * DOMAIN_INVALID, DOMAIN_TAKEN.
 */
export async function requireDomains(deps: ShowDeps, app: AppRecord, domains: readonly string[]): Promise<void> {
  for (const domain of domains)
    if (parseDomain(domain) !== domain)
      throw new AppError('DOMAIN_INVALID', `${JSON.stringify(domain)} is not as a proxy knows it`)
  await requireFree(deps, app, domains)
}

/** Domains of the berth.toml of the release that is live. */
async function writtenDomains(deps: Pick<DeployDeps, 'store' | 'files' | 'paths'>, app: AppRecord): Promise<string[]> {
  const live = (await deps.store.deploys.deployments(app.id)).find(({ id }) => id === app.live)
  return live ? (await readBundle(deps, app, live.release)).settings.domains : []
}
