import { addDomain, listDomains, removeDomain } from '../../core/deploy/app-domains.ts'
import { retryCertificate } from '../../core/deploy/certificates/retry.ts'
import { listCertificates } from '../../core/deploy/certificates/show.ts'
import { parseDomain } from '../../core/deploy/domains.ts'
import { initApp } from '../../core/deploy/init-app.ts'
import type { DaemonDeps } from '../dependencies.ts'
import type { Handlers } from './app.ts'

/** Routes of domains and their certificates → use cases. */
export function domainHandlers(
  deps: DaemonDeps,
): Pick<Handlers, 'app.init' | Extract<keyof Handlers, `domain.${string}` | `certificate.${string}`>> {
  const listed = async (context: string, app?: string) => ({ domains: await listDomains(deps, context, app) })
  return {
    'app.init': (input) => initApp(deps, input),
    'domain.list': ({ context, app }) => listed(context, app),
    'domain.add': async (input) => {
      await addDomain(deps, input)
      return listed(input.context, input.app)
    },
    'domain.remove': async (input) => {
      await removeDomain(deps, input)
      return listed(input.context, input.app)
    },
    'certificate.list': async ({ context }) => ({ certificates: await listCertificates(deps, context) }),
    'certificate.retry': async ({ context, domain }, { signal }) => {
      await retryCertificate(deps, { context, domain: parseDomain(domain) }, signal)
      return { certificates: await listCertificates(deps, context) }
    },
  }
}
