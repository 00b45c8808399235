import type { Output } from '../../../contract/routes.ts'
import { defineCommand, textFlag } from '../../command.ts'
import type { BerthContext } from '../../context.ts'
import { localTime } from '../../ui/local-time.ts'
import { runWithProgress } from '../env/shared.ts'
import { ofContext } from './shared.ts'

type CertificateView = Output<'certificate.list'>['certificates'][number]

/** How a certificate stands, in a few words. */
export function certificateText({ state, failures }: CertificateView): string {
  return failures > 0 ? `${state}, ${failures} failed` : state
}

/** `berth app certs` */
export const certsCommand = defineCommand<{ retry?: string }>({
  name: 'certificate.list',
  brief: 'Certificates of the domains of the apps',
  details:
    'An order that fails is tried again after a minute, ten minutes, a hundred, then once a day; where there is no valid certificate not more than five times: CAs lock out who fails too often. --retry orders one now.',
  examples: [
    ['berth app certs', 'until when each is valid, and what failed'],
    ['berth app certs --retry shop.example.com', 'once what stood in the way is mended'],
  ],
  flags: { retry: textFlag('order a certificate for this domain now', 'domain') },
  async run(context, flags) {
    const { retry: domain } = flags
    const of = ofContext(flags)
    const data =
      domain === undefined
        ? await (await context.client(flags.on)).call('certificate.list', of)
        : await runWithProgress(context, flags, 'certificate.retry', `certificate for ${domain}`, { domain, ...of })
    return { data, text: describe(context, data.certificates) }
  },
})

function describe({ ui }: BerthContext, certificates: readonly CertificateView[]): string {
  if (certificates.length === 0)
    return 'no certificates: there is no app with a domain, or no [ingress.acme] in config.toml of the machine'
  const table = ui.table<CertificateView>(
    [
      { title: 'DOMAIN', value: ({ domain }) => domain },
      { title: 'APP', value: ({ app }) => app },
      { title: 'STATE', value: certificateText },
      { title: 'VALID UNTIL', value: ({ notAfter }) => localTime(notAfter) || '-' },
      { title: 'NEXT ORDER', value: ({ nextTryAt }) => localTime(nextTryAt) || '-' },
    ],
    certificates,
  )
  const faults = certificates.flatMap(({ domain, state, lastError }) =>
    lastError === null
      ? []
      : [
          `${domain}: ${lastError.message}${state === 'stopped' ? `\n  no further order comes by itself: berth app certs --retry ${domain}` : ''}`,
        ],
  )
  return [table, ...(faults.length === 0 ? [] : ['', ...faults])].join('\n')
}
