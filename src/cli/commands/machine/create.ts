import { parseDuration } from '../../../lib/duration.ts'
import { choiceFlag, defineCommand, textFlag } from '../../command.ts'
import { usage } from '../../failure.ts'
import { runWithProgress } from '../env/shared.ts'
import { providerToken } from './provider-token.ts'
import { agentOf, contextOf, describeMissing } from './shared.ts'

interface Flags {
  provider?: 'hetzner'
  type?: string
  region?: string
  image?: string
  sshKey?: string
  stopIdle?: string
}

/** `berth machine create` */
export const machineCreateCommand = defineCommand<Flags, [string]>({
  name: 'machine.create',
  brief: 'Rent a machine, prepare it, and connect to it',
  details: [
    'Asks the provider for a server with your SSH key, has its first boot install what Berth needs, waits for it and connects. Cut off anywhere, the same command goes on; a server is never made twice. It costs what the provider takes until berth machine destroy gives it back; a stopped one costs as well.',
    "The provider's token is read from HCLOUD_TOKEN, or from ~/.berth/hetzner.token (mode 0600); never from the command line.",
  ].join('\n\n'),
  examples: [
    ['berth machine create big-box --type cx22', 'at Hetzner, where it likes'],
    ['berth machine create big-box --type cpx31 --region nbg1 --stop-idle 4h', 'stopped after four hours without work'],
  ],
  flags: {
    provider: choiceFlag('who rents it out; hetzner unless said', ['hetzner']),
    type: textFlag("the provider's name for how large it is, such as cx22", 'type'),
    region: textFlag("the provider's name for where it is, such as nbg1", 'region'),
    image: textFlag('the system on it; debian-13 unless said', 'image'),
    sshKey: textFlag('the public key it lets in; the usual one in ~/.ssh unless said', 'file', 'file'),
    stopIdle: textFlag('stop it after so long without a session, an operation or a change', 'duration'),
  },
  arguments: [{ name: 'machine', brief: 'what it is to be called' }],
  async run(context, flags, name) {
    if (flags.type === undefined) throw usage('--type is missing', 'for example --type cx22; a larger one costs more')
    const { readPublicKey } = await import('./public-key.ts')
    const input = {
      context: contextOf(flags),
      name,
      type: flags.type,
      ...(flags.provider === undefined ? {} : { provider: flags.provider }),
      ...(flags.region === undefined ? {} : { region: flags.region }),
      ...(flags.image === undefined ? {} : { image: flags.image }),
      publicKey: readPublicKey(context, flags.sshKey),
      stopIdleSeconds: secondsOf(flags.stopIdle),
      ...providerToken(context),
      ...agentOf(context),
    }
    const data = await runWithProgress(context, { ...flags, on: 'local' }, 'machine.create', `create ${name}`, input)
    const { cloud, facts } = data
    const head = `${name} is a ${cloud.type}${cloud.region === null ? '' : ` in ${cloud.region}`} at ${cloud.address ?? '?'}: ${facts.system}, connected`
    return { data, text: [head, ...describeMissing(name, facts)].join('\n') }
  },
})

function secondsOf(text: string | undefined): number | null {
  if (text === undefined) return null
  const ms = parseDuration(text)
  if (ms === undefined || ms < 60_000)
    throw usage(`--stop-idle ${text} is no duration of a minute or more`, '--stop-idle 4h')
  return ms / 1000
}
