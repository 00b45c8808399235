import type { Output } from '../../../contract/routes.ts'
import { defineCommand, type Group, quietFlag } from '../../command.ts'
import type { BerthContext } from '../../context.ts'
import { certificateText } from './certs.ts'
import { ofContext } from './shared.ts'

type DomainView = Output<'domain.list'>['domains'][number]

const domainArgument = { name: 'domain', brief: 'shop.example.com, or *.example.com for all below it' }
const appArgument = { name: 'app', brief: "the app's name" }

function describe({ ui }: BerthContext, domains: readonly DomainView[]): string {
  return ui.table<DomainView>(
    [
      { title: 'DOMAIN', value: ({ domain }) => domain },
      { title: 'APP', value: ({ app }) => app },
      { title: 'FROM', value: ({ source }) => source },
      { title: 'CERTIFICATE', value: ({ certificate }) => (certificate === null ? '-' : certificateText(certificate)) },
      { title: 'URL', value: ({ url }) => url, spare: true },
    ],
    domains,
  )
}

const listCommand = defineCommand<{ quiet: boolean }, [string?]>({
  name: 'domain.list',
  brief: 'Host names that apps answer to',
  flags: { quiet: quietFlag },
  arguments: [{ ...appArgument, optional: true }],
  async run(context, flags, app) {
    const client = await context.client(flags.on)
    const data = await client.call('domain.list', {
      ...ofContext(flags),
      ...(app === undefined ? {} : { app }),
    })
    if (flags.quiet) return { data, text: data.domains.map(({ domain }) => domain).join('\n') }
    return { data, text: data.domains.length === 0 ? 'no app answers to a name yet' : describe(context, data.domains) }
  },
})

const addCommand = defineCommand<object, [string, string]>({
  name: 'domain.add',
  brief: 'Have an app answer to one more host name',
  details:
    'On this machine, or on the one --on names, at once and for every release; domains in berth.toml come with a release. Names in other alphabets are taken as people write them.',
  examples: [
    ['berth app domain add shop shop.example.com', 'with a certificate, where [ingress.acme] is set'],
    ["berth app domain add shop '*.example.com'", 'all names below it; its certificate needs dns-01'],
  ],
  arguments: [appArgument, domainArgument],
  async run(context, flags, app, domain) {
    const client = await context.client(flags.on)
    const data = await client.call('domain.add', { app, domain, ...ofContext(flags) })
    return { data, text: describe(context, data.domains) }
  },
})

const removeCommand = defineCommand<object, [string, string]>({
  name: 'domain.remove',
  brief: 'Have an app no longer answer to a host name',
  arguments: [appArgument, domainArgument],
  async run(context, flags, app, domain) {
    const client = await context.client(flags.on)
    const data = await client.call('domain.remove', { app, domain, ...ofContext(flags) })
    return { data, text: describe(context, data.domains) }
  },
})

/** `berth app domain …` */
export const domainGroup: Group = {
  brief: 'Host names that apps answer to',
  commands: { add: addCommand, ls: listCommand, rm: removeCommand },
}
