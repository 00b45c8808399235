import { AppError, toAppError } from '../../errors.ts'
import type { Clock } from '../../ports.ts'
import type { Links } from '../links.ts'
import type { MachineRecord } from '../model.ts'
import type { Tunnels } from '../tunnels/keep-tunnels.ts'
import { overSsh, type Reach } from '../tunnels/model.ts'
import { type LookDeps, lookAtMachine, type Sight } from './look-at-machine.ts'
import { type Witness, whoAnswers } from './try-routes.ts'

export interface KeepTailnetDeps extends LookDeps {
  links: Pick<Links, 'list'>
  clock: Clock
  homeId: string
  /** Tells it that this machine no longer wants them. */
  withdraw(machine: MachineRecord, peer: string): Promise<void>
  log: (message: string) => void
}

/** How often it is seen to which machine is due, ms. */
const glance = 1000

/** How long until a machine is looked at again, which starts programs on both ends, ms: one that is well, is not, did not answer. */
const restWhileUp = 15_000
const restWhileDown = 3000
const restInDoubt = 1000

/** How often somebody there is asked for a sign of life in between, which starts none, ms; and who at most. */
const beat = 2000
const mostWitnesses = 3

/** How many looks in a row may find nobody who answers, before names go another way. */
const mostSilent = 3

/** How long a connect waits for the tailnet to pass on what was advertised and is approved already, ms. */
const patience = 4000
const pause = 400

interface Entry {
  reach: Reach
  /** Looks in a row that found nobody who answers. */
  silent: number
  /** Once somebody has answered, one silence is not the end. */
  proven: boolean
  /** Who answered last. */
  witnesses: Witness[]
  /** When it is looked at again, and when a sign of life is due, ms. */
  dueAt: number
  beatAt: number
  work: Promise<void> | undefined
}

interface Kept {
  entries: Map<string, Entry>
  /** Let go of, while their machines are still connected. */
  dropped: Set<string>
}

/** Keeps an eye on the way through the tailnet to each connected machine that is to be reached so. */
export function createTailnetTunnels(deps: KeepTailnetDeps): Tunnels {
  const kept: Kept = { entries: new Map(), dropped: new Set() }
  return {
    reach: (machine) => kept.entries.get(keyOf(machine))?.reach ?? { ...overSsh, problem: notYet(machine) },
    check: async () => void (await deps.tailnet.read()),
    async settle(machine) {
      kept.dropped.delete(keyOf(machine))
      const entry = entryOf(kept, machine)
      await entry.work
      await exclusively(entry, () => settle(deps, entry, machine))
      return entry.reach
    },
    async drop(machine) {
      const entry = kept.entries.get(keyOf(machine))
      kept.entries.delete(keyOf(machine))
      kept.dropped.add(keyOf(machine))
      await entry?.work?.catch(() => undefined)
      const left = deps.withdraw(machine, peerName(deps, machine))
      await left.catch((error: unknown) =>
        deps.log(`the tailnet's way to ${machine.name}: ${toAppError(error).message}`),
      )
    },
    async keep(signal) {
      while (!signal.aborted) {
        lookAtAll(deps, kept)
        await deps.clock.wait(glance, signal).catch(() => undefined)
      }
    },
    // nothing of it is on this machine
    end: async () => undefined,
  }
}

function lookAtAll(deps: KeepTailnetDeps, kept: Kept): void {
  const wanted = deps.links.list().filter(({ machine }) => machine.tunnel === 'tailscale')
  for (const key of kept.dropped) if (!wanted.some(({ machine }) => keyOf(machine) === key)) kept.dropped.delete(key)
  for (const { machine, link } of wanted) {
    if (link.state !== 'connected' || kept.dropped.has(keyOf(machine))) continue
    const entry = entryOf(kept, machine)
    const now = deps.clock.now().getTime()
    if (entry.work !== undefined) continue
    if (now >= entry.dueAt)
      void exclusively(entry, async () => void (await look(deps, entry, machine, entry.silent > 0)))
    else if (now >= entry.beatAt && entry.proven) void exclusively(entry, () => feelPulse(deps, entry))
  }
}

/** A silence is a reason to look. */
async function feelPulse({ tailnet, clock }: KeepTailnetDeps, entry: Entry): Promise<void> {
  if ((await whoAnswers(tailnet, entry.witnesses)).length === 0) entry.dueAt = 0
  entry.beatAt = clock.now().getTime() + beat
}

const keyOf = ({ context, name }: Pick<MachineRecord, 'context' | 'name'>) => `${context}\n${name}`

/** Who this home is, for a machine it is connected to, under whatever name. */
const peerName = ({ homeId }: KeepTailnetDeps, { context, name }: MachineRecord) => `${homeId} ${context} ${name}`

function entryOf({ entries }: Kept, machine: MachineRecord): Entry {
  const known = entries.get(keyOf(machine))
  if (known !== undefined) return known
  const reach = { ...overSsh, problem: notYet(machine) }
  const entry: Entry = { reach, silent: 0, proven: false, witnesses: [], dueAt: 0, beatAt: 0, work: undefined }
  entries.set(keyOf(machine), entry)
  return entry
}

const notYet = ({ name }: Pick<MachineRecord, 'name'>) =>
  problemOf(new AppError('TUNNEL_BLOCKED', `whether the tailnet leads to ${name} is not known yet`))

const problemOf = ({ code, message, hint }: AppError) => ({ code, message, hint })

/** One look at a time for each machine. */
async function exclusively(entry: Entry, work: () => Promise<void>): Promise<void> {
  entry.work = work().finally(() => (entry.work = undefined))
  await entry.work
}

/** Looks until it leads there, or it is plain that somebody has to do something first, which is thrown. */
async function settle(deps: KeepTailnetDeps, entry: Entry, machine: MachineRecord): Promise<void> {
  const until = deps.clock.now().getTime() + patience
  for (let isFirst = true; ; isFirst = false) {
    const problem = await look(deps, entry, machine, isFirst)
    if (problem === undefined) return
    const mayPass = problem.code === 'TUNNEL_BLOCKED' && problem.details['acceptsRoutes'] !== false
    if (!mayPass || deps.clock.now().getTime() >= until) throw problem
    await deps.clock.wait(pause)
  }
}

/**
 * Sees how the machine is reached now. Returns what is in the way of that being the tailnet. `afresh`: the machine is to look
 * after its firewall as well.
 */
async function look(
  deps: KeepTailnetDeps,
  entry: Entry,
  machine: MachineRecord,
  afresh: boolean,
): Promise<AppError | undefined> {
  const before = entry.reach
  let problem: AppError | undefined
  try {
    const sight = await lookAtMachine(deps, machine, { peer: peerName(deps, machine), afresh })
    problem = sight.problem
    noteSight(entry, sight)
  } catch (error) {
    problem = toAppError(error)
    // berthd there may be starting anew: the way there is none the worse for it
    const mayCarry = problem.code === 'MACHINE_UNREACHABLE' && before.by === 'tailscale'
    entry.reach = mayCarry ? before : overSsh
  }
  entry.reach = { ...entry.reach, problem: problem === undefined ? null : problemOf(problem) }
  if (entry.reach.by === 'ssh') entry.proven = false
  const now = deps.clock.now().getTime()
  entry.dueAt =
    now + (problem === undefined ? restWhileUp : entry.silent > 0 && entry.proven ? restInDoubt : restWhileDown)
  entry.beatAt = now + beat
  say(deps, machine, before, entry.reach)
  return problem
}

/** What the next names are made of. */
function noteSight(entry: Entry, { leads, networks, answering, isSilent }: Sight): void {
  entry.silent = isSilent ? entry.silent + 1 : 0
  if (answering.length > 0) Object.assign(entry, { proven: true, witnesses: answering.slice(0, mostWitnesses) })
  if (!leads || (isSilent && (!entry.proven || entry.silent >= mostSilent))) entry.reach = overSsh
  else if (!isSilent) entry.reach = { by: 'tailscale', networks, problem: null }
}

function say({ log }: KeepTailnetDeps, { name }: MachineRecord, before: Reach, now: Reach): void {
  if (now.problem !== null && now.problem.message !== before.problem?.message)
    log(`the tailnet's way to ${name}: ${now.problem.message}`)
  if (now.by !== before.by) log(`names of ${name} go over ${now.by === 'ssh' ? 'SSH' : 'Tailscale'}`)
}
