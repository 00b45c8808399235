import { AppError } from '../../errors.ts'
import { triedAgain } from './decide.ts'
import { type CertificateDeps, orderCertificate, recordOf, wantedDomains } from './keep.ts'

/** Orders a certificate now; failures from before are forgotten. Throws DOMAIN_NOT_FOUND, CERTIFICATE_FAILED. */
export async function retryCertificate(
  deps: CertificateDeps,
  { context, domain }: { context: string; domain: string },
  signal: AbortSignal,
): Promise<void> {
  const wanted = (await wantedDomains(deps)).find((one) => one.domain === domain && one.context === context)
  if (wanted === undefined)
    throw new AppError('DOMAIN_NOT_FOUND', `no certificate is wanted for ${domain}`, {
      hint: 'berth app certs shows for which; without [ingress.acme] in config.toml of the machine for none',
    })
  await deps.store.deploys.saveCertificate(triedAgain(await recordOf(deps, domain)))
  await orderCertificate(deps, wanted, signal)
}
