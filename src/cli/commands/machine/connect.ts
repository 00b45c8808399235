import { ClientError } from '../../../client/failure.ts'
import { readLogin } from '../../../client/logins.ts'
import { berthHome } from '../../../contract/home.ts'
import type { Output } from '../../../contract/routes.ts'
import { choiceFlag, defineCommand, textFlag } from '../../command.ts'
import type { BerthContext, CommonFlags } from '../../context.ts'
import { usage } from '../../failure.ts'
import { confirm } from '../../ui/confirm.ts'
import { runWithProgress } from '../env/shared.ts'
import { agentOf, contextOf, describeMissing } from './shared.ts'

interface Flags {
  name?: string
  acceptHostKey?: string
  tunnel?: (typeof tunnels)[number]
}

const tunnels = ['ssh', 'wireguard', 'tailscale'] as const

type Connected = Output<'machine.connect'>

/** `berth connect` */
export const connectCommand = defineCommand<Flags, [string]>({
  name: 'machine.connect',
  brief: 'Connect to another machine over SSH, for --on',
  details:
    "Uses your own SSH: config, agent, jump hosts, known_hosts. Looks what the machine has, puts Berth and its runtime into the user's home there (no root, no Node needed), and keeps the connection: it comes back after sleep, another network or a reboot. A host key that is not known is shown and asked about; --accept-host-key answers that. Names of its services lead there over SSH; with --tunnel to the containers' own addresses, through WireGuard or through the Tailscale that both ends are logged in to (then whoever the tailnet's policy lets may reach them).",
  examples: [
    ['berth connect big-box', 'a name of your SSH config, or a host name'],
    ['berth connect me@192.0.2.7 --name big-box', 'under a name of its own'],
    [
      'berth connect big-box --tunnel wireguard',
      "names lead to its containers' own addresses; --tunnel ssh takes it back",
    ],
    [
      'berth connect big-box --tunnel tailscale',
      'the same through the tailnet both are in, once its routes are approved there',
    ],
  ],
  flags: {
    name: textFlag('what it is called here; the first part of its host name unless said', 'name'),
    tunnel: choiceFlag(
      'how its services are reached: ssh (at first), wireguard (root on both ends), tailscale (your own, on both ends)',
      tunnels,
    ),
    acceptHostKey: textFlag('the host key to accept, where none is known', 'fingerprint'),
  },
  arguments: [{ name: '[user@]host[:port]', brief: 'where it is' }],
  async run(context, flags, destination) {
    if (destination.trim() === '') throw usage('which machine?', 'berth connect [user@]host[:port]')
    const data = await connect(context, flags, destination)
    const { machine, facts } = data
    const place = { home: berthHome(context.env), context: contextOf(flags) }
    if ((await readLogin(place, machine.name)) !== undefined)
      context.ui.note(`a token is kept for ${machine.name}, which --on uses first: berth logout ${machine.name}`)
    const head = `connected to ${machine.name}: ${facts.system}, ${facts.arch}, Berth ${machine.version ?? '?'}`
    return { data, text: [head, ...describeMissing(machine.name, facts)].join('\n') }
  },
})

/** A host key nobody has accepted yet is asked about once. */
async function connect(context: BerthContext, flags: Flags & CommonFlags, destination: string): Promise<Connected> {
  const attempt = (acceptHostKey: string | undefined) =>
    runWithProgress(context, { ...flags, on: 'local' }, 'machine.connect', `connect ${destination}`, {
      context: contextOf(flags),
      destination,
      ...(flags.name === undefined ? {} : { name: flags.name }),
      ...(flags.tunnel === undefined ? {} : { tunnel: flags.tunnel }),
      ...(acceptHostKey === undefined ? {} : { acceptHostKey }),
      ...agentOf(context),
    })
  try {
    return await attempt(flags.acceptHostKey)
  } catch (error) {
    const fingerprint = fingerprintIn(error)
    if (fingerprint === undefined) throw error
    if (!context.ui.interactive) throw withName(error as ClientError, flags.name)
    await confirm(context, flags.yes, `${(error as ClientError).message}. Is that its key?`)
    return attempt(fingerprint)
  }
}

/** The command that accepts the key is the one that was typed. */
function withName({ error }: ClientError, name: string | undefined): ClientError {
  return new ClientError(name === undefined ? error : { ...error, hint: `${error.hint} --name ${name}` })
}

function fingerprintIn(error: unknown): string | undefined {
  if (!(error instanceof ClientError) || error.error.code !== 'HOST_KEY_UNKNOWN') return undefined
  const { fingerprint } = error.error.details
  return typeof fingerprint === 'string' ? fingerprint : undefined
}
