import { userInfo } from 'node:os'
import { text as readAll } from 'node:stream/consumers'
import { ClientError } from '../../../client/failure.ts'
import type { OperationEventMessage } from '../../../contract/events.ts'
import type { Output } from '../../../contract/routes.ts'
import { defineCommand, type Outcome } from '../../command.ts'
import type { BerthContext, CommonFlags } from '../../context.ts'
import { usage } from '../../failure.ts'
import { printable } from '../../ui/printable.ts'
import { describeApp, ofContext } from '../deploy/shared.ts'
import { contextOf } from '../machine/shared.ts'
import { shortOf } from './shared.ts'

/** `berth app remote receive`: what the hook of a repository runs. */
export const receiveCommand = defineCommand<object, [string]>({
  name: 'remote.receive',
  brief: 'What the hook of a repository runs: deploys what git is about to take',
  details: 'Reads what git tells a hook. git takes the push where this exits with 0, and refuses it otherwise.',
  hidden: true,
  arguments: [{ name: 'app', brief: 'its name' }],
  async run(context, flags, app) {
    // a pusher who is gone must not have git take what was not deployed: main.ts ends quietly where nobody reads on
    context.process.exitCode = 1
    const options = readOptions(context.env)
    const pusher = pusherOf(context.env)
    const onEvent = tellPusher(context, true)
    const client = await context.client()
    const received = await client.run(
      'remote.receive',
      {
        app,
        context: contextOf(flags),
        updates: await readAll(context.process.stdin),
        objects: context.env['BERTH_PUSH_OBJECTS'] || null,
        by: pusher,
        pid: context.process.ppid,
        allowPlaintext: options.has('allow-plaintext-secrets'),
      },
      { onEvent, signal: context.signal },
    )
    for (const note of received.notes) tell(context, `note: ${note}`)
    const { release } = received
    if (release === null) return { data: { ...received, deployed: null } }
    for (const file of release.firstUse)
      tell(context, `note: ${file} was used for the first time, and is trusted from now on`)
    return deploy(context, flags, { received, release, pusher, options })
  },
})

type Received = Output<'remote.receive'>

interface Deploy {
  received: Received
  release: NonNullable<Received['release']>
  pusher: string
  options: ReadonlySet<string>
}

async function deploy(
  context: BerthContext,
  flags: CommonFlags,
  { received, release, pusher, options }: Deploy,
): Promise<Outcome> {
  const { bundle, secrets } = release
  const { strategy, canary } = bundle.settings
  const share = strategy === 'canary' ? (canary.share ?? usualShare) : null
  tell(context, `deploying ${shortOf(received.commit)} of ${received.branch} as ${bundle.app}`)
  const client = await context.client()
  const running = client.run(
    'deploy.run',
    {
      bundle,
      secrets,
      by: pusher,
      breakLock: options.has('break-lock'),
      wait: options.has('wait'),
      share,
      facts: { machine: received.machine, strategy: share === null ? 'serial' : 'canary' },
      ...ofContext(flags),
    },
    { onEvent: tellPusher(context, false), signal: context.signal },
  )
  const deployed = await running.catch((error: unknown) => Promise.reject(asTyped(error)))
  const text = describeApp(deployed.app, context.ui)
  // the secrets stay here
  const { release: _, ...told } = received
  return { data: { ...told, deployed }, text: deployed.unchanged ? `${text}\n\nnothing had changed` : text }
}

/** A push has no flags: what takes over is said as it is typed. */
function asTyped(thrown: unknown): unknown {
  if (!(thrown instanceof ClientError) || thrown.error.code !== 'APP_LOCKED') return thrown
  const hint = 'wait for it, or take over with git push -o break-lock when it is known to be dead'
  return new ClientError({ ...thrown.error, hint })
}

/** As for `berth deploy` on one machine, percent. */
const usualShare = 10

const known = ['wait', 'break-lock', 'allow-plaintext-secrets']

/** What `git push -o` said. */
function readOptions(env: BerthContext['env']): ReadonlySet<string> {
  const count = Number(env['GIT_PUSH_OPTION_COUNT'] ?? 0)
  const options = Array.from({ length: count }, (_, at) => env[`GIT_PUSH_OPTION_${at}`] ?? '')
  const odd = options.find((option) => !known.includes(option))
  if (odd !== undefined)
    throw usage(`git push -o ${printable(odd)} means nothing here`, `there are ${known.join(', ')}`)
  return new Set(options)
}

/** Who the remote says pushes; else the account that was logged in to, and from where. */
function pusherOf(env: BerthContext['env']): string {
  const said = env['BERTH_PUSHER'] ?? ''
  if (/^[\w.@+-]{1,200}$/.test(said)) return said
  const from = /^[\da-fA-F.:]+/.exec(env['SSH_CONNECTION'] ?? '')?.[0]
  return `${userInfo().username}@${from ?? 'localhost'}`
}

/** Steps, and what builds say, a line each: git puts `remote:` before them. */
function tellPusher(context: BerthContext, output: boolean): (event: OperationEventMessage) => void {
  return (event) => {
    if (event.type === 'warning') tell(context, `warning: ${event.message}`)
    if (event.type === 'output' && output) tell(context, `  ${event.line}`)
    if (event.type !== 'step' || event.state === 'running') return
    const took = event.ms === undefined ? '' : ` ${(event.ms / 1000).toFixed(1)} s`
    tell(context, `${marks[event.state]} ${event.title}${took}`)
  }
}

const marks = { done: '✓', failed: '✗', undone: '↩' } as const

const tell = ({ process }: BerthContext, text: string) => void process.stderr.write(`${printable(text)}\n`)
