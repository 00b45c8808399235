import { expiringAt, isUsable } from '../deploy/certificates/decide.ts'
import type { CertificateRecord } from '../deploy/certificates/model.ts'
import type { CareDeps, Fault } from './model.ts'

/** Certificates of the apps' domains: orders that fail, and what runs out. */
export async function checkCertificates({ store, clock }: CareDeps): Promise<Fault[]> {
  const now = clock.now()
  return (await store.deploys.certificates()).flatMap((record) => faultOf(record, now))
}

function faultOf(record: CertificateRecord, now: Date): Fault[] {
  const { domain, issued, failures, lastError, nextTryAt } = record
  const about = (kind: string, problem: string, severity: Fault['severity'], remedy: string): Fault[] => [
    { kind, subject: domain, problem, remedy, severity },
  ]
  const why = lastError === null ? '' : `: ${lastError.message}`
  const retry = `mend what it says, then berth app certs --retry ${domain}`
  if (issued !== null && !isUsable(record, now))
    return about('certificate-expired', `its certificate ran out at ${issued.notAfter}${why}`, 'error', retry)
  if (failures > 0) {
    const next = nextTryAt === null ? 'no further one comes by itself' : `the next is at ${nextTryAt}`
    const problem = `${failures} orders of a certificate failed, ${next}${why}`
    return about('certificate-failing', problem, issued === null || nextTryAt === null ? 'error' : 'warning', retry)
  }
  return issued !== null && now.getTime() >= expiringAt(issued)
    ? about('certificate-expiring', `its certificate runs out at ${issued.notAfter}`, 'warning', 'berth app certs')
    : []
}
