import type { Input, Output } from '../../../contract/routes.ts'
import type { Outcome } from '../../command.ts'
import type { BerthContext, CommonFlags } from '../../context.ts'
import { usage } from '../../failure.ts'
import { runWithProgress } from '../env/shared.ts'
import { agentOf } from '../machine/shared.ts'
import type { Release } from './release.ts'
import { describeApp, ofContext, whoAsks } from './shared.ts'

/** Flags of `berth deploy`. */
export interface DeployFlags {
  dryRun: boolean
  allowPlaintextSecrets: boolean
  breakLock: boolean
  strategy?: 'serial' | 'rolling' | 'canary' | 'parallel'
  maxParallel?: number
  canary?: string
  share?: number
  bake?: number
  continueOnError: boolean
  wait: boolean
  resume: boolean
  cancel: boolean
}

/** How a deploy goes: which machines, in which order. */
export type Order = Required<Input<'deploy.plan'>>

/** Share of the requests that a canary on one machine gets where nobody says it, percent. */
const usualShare = 10

/** What the flags say, and berth.toml where they do not. Throws USAGE. */
export function orderOf(flags: DeployFlags, machines: string[], settings: Release['bundle']['settings']): Order {
  const wanted = flags.canary !== undefined || flags.share !== undefined ? 'canary' : undefined
  const strategy = flags.strategy ?? wanted ?? settings.strategy
  if (strategy !== 'canary' && wanted !== undefined)
    throw usage(`--canary and --share are for --strategy canary, not ${strategy}`, 'berth deploy --help')
  const isCanary = strategy === 'canary'
  if (flags.share !== undefined && (flags.share < 1 || flags.share > 99))
    throw usage(`--share ${flags.share} is no share: 1 to 99 percent`, 'berth deploy --help')
  if (flags.maxParallel === 0) throw usage('--max-parallel 0 would deploy nothing', 'berth deploy --help')
  const share = flags.share ?? settings.canary.share ?? (machines.length === 1 ? usualShare : null)
  return {
    machines,
    strategy,
    maxParallel: flags.maxParallel ?? settings.maxParallel,
    canary: flags.canary ?? null,
    share: isCanary ? share : null,
    continueOnError: flags.continueOnError,
    wait: flags.wait,
    watchSeconds: flags.bake ?? null,
  }
}

/** On this machine alone: an operation of its own, which its berthd finishes whatever becomes of us. */
export async function deployHere(
  context: BerthContext,
  flags: DeployFlags & CommonFlags,
  { bundle, secrets }: Release,
  { share, wait, watchSeconds }: Order,
): Promise<Outcome> {
  const { on: _, ...here } = flags
  const data = await runWithProgress(context, here, 'deploy.run', `deploy ${bundle.app}`, {
    bundle,
    secrets,
    by: whoAsks(),
    breakLock: flags.breakLock,
    share,
    wait,
    facts: { machine: 'local', strategy: share === null ? 'serial' : 'canary' },
    ...(watchSeconds === null ? {} : { watchSeconds }),
    ...ofContext(flags),
  })
  return showOne(context, data)
}

/** On other machines: led by this machine's berthd, carried out by theirs. */
export async function deployOver(
  context: BerthContext,
  flags: DeployFlags & CommonFlags,
  { bundle, secrets }: Release,
  order: Order,
): Promise<Outcome> {
  const { on: _, ...here } = flags
  const title = `deploy ${bundle.app} on ${order.machines.join(', ')}`
  const request = { ...order, bundle, secrets, by: whoAsks(), breakLock: flags.breakLock }
  const led = await runWithProgress(context, here, 'deploy.lead', title, {
    ...request,
    ...ofContext(flags),
    ...agentOf(context),
  })
  return showLed(context, led)
}

/** What a deploy over machines came to. */
export function showLed(context: BerthContext, led: Output<'deploy.lead'>): Outcome {
  const [first] = led.outcomes
  if (led.machines.length === 1 && first) {
    const { machine: _, ...data } = first
    return showOne(context, data)
  }
  const inOrder = led.machines.flatMap(({ machine }) => led.outcomes.find((one) => one.machine === machine) ?? [])
  const text = inOrder.map(({ machine, app, unchanged }) => {
    const shown = describeApp(app, context.ui)
    return `on ${machine}: ${unchanged ? `${shown}\n\nnothing had changed` : shown}`
  })
  const { id, release, strategy } = led
  return { data: { id, release, strategy, machines: inOrder }, text: text.join('\n\n') }
}

function showOne(context: BerthContext, data: Output<'deploy.run'>): Outcome {
  const text = describeApp(data.app, context.ui)
  return { data, text: data.unchanged ? `${text}\n\nnothing had changed` : text }
}
