import type { IngressSettings } from './deps.ts'

/** Address of an app as people type it. */
export function urlOf(
  { httpPort, tls }: Pick<IngressSettings, 'httpPort' | 'tls'>,
  host: string,
  secure: boolean,
): string {
  const [scheme, port, usual] = secure && tls ? ['https', tls.port, 443] : ['http', httpPort, 80]
  return `${scheme}://${host}${port === usual ? '' : `:${port}`}`
}
