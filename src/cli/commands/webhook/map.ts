import { basename } from 'node:path'
import { text as readAll } from 'node:stream/consumers'
import { providers, strategies } from '../../../contract/choices.ts'
import type { Output } from '../../../contract/routes.ts'
import { choiceFlag, defineCommand, switchFlag, textFlag } from '../../command.ts'
import { contextOf } from '../machine/shared.ts'

interface Flags {
  branch?: string
  app?: string
  to?: string
  strategy?: Strategy
  source?: string
  previews: boolean
  secretStdin: boolean
}

type Provider = (typeof providers)[number]
type Strategy = (typeof strategies)[number]

/** Where each keeps its repositories. */
const homes: Record<Provider, string> = {
  github: 'https://github.com',
  gitlab: 'https://gitlab.com',
  gitea: 'https://gitea.com',
}

/** `berth webhook map` */
export const mapCommand = defineCommand<Flags, [Provider, string]>({
  name: 'webhook.map',
  brief: 'Have pushes to a branch deployed',
  details:
    'The provider is given the address and the secret this prints; the secret is shown this once. A push only says that there is something new: what is deployed is the branch as its repository has it, fetched with the git of the user berthd runs as. [webhook] listen in config.toml says where providers reach this machine, allow from which networks.',
  examples: [
    ['berth webhook map github acme/shop', 'main, to this machine'],
    [
      'berth webhook map gitea acme/shop --source git@git.acme.example:acme/shop --to prod-1,prod-2 --strategy canary',
      'a server of its own',
    ],
    ['berth webhook map github acme/shop --previews', 'and an env for each pull request'],
  ],
  flags: {
    branch: textFlag('the branch; main unless said', 'name'),
    app: textFlag("the app; the repository's name unless said", 'name'),
    to: textFlag('the machines it is deployed to; this one unless said', 'machine,…', 'machine'),
    strategy: choiceFlag('as for berth deploy', strategies),
    source: textFlag("where the code is fetched from; the provider's own address unless said", 'address'),
    previews: switchFlag("an env for each pull request of the repository's own branches"),
    secretStdin: switchFlag('take the secret from stdin; a new one is made otherwise'),
  },
  arguments: [
    { name: 'provider', brief: 'who sends the pushes', choices: providers },
    { name: 'repository', brief: 'OWNER/NAME' },
  ],
  async run(context, flags, provider, repository) {
    const client = await context.client(flags.on)
    const data = await client.call('webhook.map', {
      context: contextOf(flags),
      provider,
      repository,
      branch: flags.branch ?? 'main',
      app: flags.app ?? basename(repository),
      machines: flags.to?.split(',').filter((name) => name !== '') ?? [],
      strategy: flags.strategy ?? null,
      source: flags.source ?? `${homes[provider]}/${repository}.git`,
      previews: flags.previews,
      secret: flags.secretStdin ? (await readAll(context.process.stdin)).trim() : null,
    })
    return { data, text: describe(data, flags.secretStdin) }
  },
})

function describe({ webhook, secret, listens }: Output<'webhook.map'>, isGiven: boolean): string {
  const at = listens === null ? 'http://THIS-MACHINE:PORT' : `http://${listens}`
  const lines = [
    `pushes to ${webhook.branch} of ${webhook.repository} deploy ${webhook.app}`,
    '',
    `address  ${at}${webhook.path}`,
    `secret   ${isGiven ? 'as you gave it' : secret}`,
    'type     application/json',
  ]
  const closed = ['', 'nothing listens yet: set [webhook] listen in config.toml, then berth daemon stop']
  return [...lines, ...(listens === null ? closed : [])].join('\n')
}
