import type { Client } from '../../../client/client.ts'
import type { Input, Output } from '../../../contract/routes.ts'
import { type Merged, mergeStreams } from '../../../lib/merged.ts'
import { failureOf } from '../../failure.ts'
import { type OtherMachine, patience, type SilentMachine, silentBy } from '../../other-machines.ts'
import { inOrder } from './in-order.ts'

type Event = Output<'event.feed'>
type Wish = Input<'event.feed'>

/** What a feed of all machines takes. */
export interface Gathering {
  /** This machine, which has to answer. */
  local: Client
  others: readonly OtherMachine[]
  /** Those there are by now; undefined where nobody can tell. */
  othersNow: () => Promise<OtherMachine[] | undefined>
  /** What is wanted of one of them. */
  wish: (machine: string) => Wish
  follow: boolean
  /** Of what was before: only the last so many of all. */
  tail: number | undefined
  /** Told of each machine that is not heard, and why. */
  onSilent: (machine: SilentMachine) => void
  /** Told where one breaks off and comes back. */
  onTurn: (machine: string, turn: 'lost' | 'back') => void
  wait: (ms: number, signal: AbortSignal) => Promise<void>
  signal: AbortSignal
}

/** How often it is looked whether a machine was connected or let go of meanwhile, ms. */
const glance = 2000

/**
 * The events of all machines as one feed, each with the name of its machine: what was, in the order of its time, then what
 * happens, as it is heard. A machine that does not answer is said and holds up nobody; it is heard on from where it was.
 */
export async function* gather(gathering: Gathering): AsyncGenerator<Event> {
  const [own, ...histories] = await Promise.all([
    ownHistory(gathering),
    ...gathering.others.map((other) => historyOf(gathering, other)),
  ])
  const before = inOrder([own, ...histories].map(({ events }) => events))
  if (own.missing && before.length === 0) throw own.missing
  yield* gathering.tail === undefined ? before : before.slice(before.length - Math.min(before.length, gathering.tail))
  if (!gathering.follow) return
  // one that ends with an error leaves nobody behind who still listens
  const over = new AbortController()
  const signal = AbortSignal.any([gathering.signal, over.signal])
  try {
    yield* followAll({ ...gathering, signal }, own, histories)
  } finally {
    over.abort()
  }
}

/** What there was of one machine, and the place to go on from; none where it was not heard to the end. */
interface History {
  machine: string
  events: Event[]
  place: number | undefined
}

/** This machine's, where it knows the env that is meant. */
async function ownHistory(gathering: Gathering): Promise<History & { missing?: Error }> {
  try {
    return await history(gathering, 'local', gathering.local)
  } catch (error) {
    if (failureOf(error)?.code !== 'ENV_NOT_FOUND') throw error
    return { machine: 'local', events: [], place: undefined, missing: error as Error }
  }
}

async function history(
  { wish, signal }: Pick<Gathering, 'wish' | 'signal'>,
  machine: string,
  client: Client,
): Promise<History> {
  let place: number | undefined
  const onPlace = (last: number) => void (place = last)
  const events: Event[] = []
  for await (const event of client.feed('event.feed', { ...wish(machine), follow: false }, { onPlace, signal }))
    events.push({ ...event, machine })
  return { machine, events, place }
}

async function historyOf(gathering: Gathering, { name, silent, open }: OtherMachine): Promise<History> {
  const nothing = { machine: name, events: [], place: undefined }
  const limit = AbortSignal.any([gathering.signal, AbortSignal.timeout(patience)])
  try {
    if (!silent) {
      const found = await history({ ...gathering, signal: limit }, name, await open(limit))
      if (!limit.aborted) return found
    }
    if (!gathering.signal.aborted) gathering.onSilent(silent ?? silentBy(name, undefined))
  } catch (error) {
    // an env that only other machines have is no fault of this one
    if (failureOf(error)?.code !== 'ENV_NOT_FOUND') gathering.onSilent(silentBy(name, error))
  }
  return nothing
}

/** Follows each machine from its place, those too that are connected from now on. */
async function* followAll(gathering: Gathering, own: History & { missing?: Error }, histories: readonly History[]) {
  const merged = mergeStreams<Event>()
  const places = new Map([own, ...histories].map(({ machine, place }) => [machine, place]))
  const followed = new Map<string, AbortController>()
  const start = (name: string, open: OtherMachine['open']) => {
    const over = new AbortController()
    followed.set(name, over)
    const signal = AbortSignal.any([gathering.signal, over.signal])
    return merged.add(following(gathering, name, () => open(signal), { place: places.get(name), signal }))
  }
  const update = (now: readonly OtherMachine[]) => {
    for (const { name, open } of now)
      if (!followed.has(name))
        void start(name, open).catch((error: unknown) => gathering.onSilent(silentBy(name, error)))
    for (const [name, over] of followed)
      if (name !== 'local' && !now.some((one) => one.name === name)) {
        over.abort()
        followed.delete(name)
      }
  }
  if (!own.missing) start('local', () => Promise.resolve(gathering.local)).catch(merged.fail)
  update(gathering.others)
  void lookOut(gathering, merged, update)
  yield* merged.values
}

async function lookOut(
  { othersNow, wait, signal }: Gathering,
  merged: Merged<Event>,
  update: (now: OtherMachine[]) => void,
): Promise<void> {
  const release = merged.hold()
  while (!signal.aborted) {
    await wait(glance, signal)
    const now = await othersNow().catch(() => undefined)
    if (now && !signal.aborted) update(now)
  }
  release()
}

async function* following(
  { wish, onTurn }: Gathering,
  machine: string,
  open: () => Promise<Client>,
  { place, signal }: { place: number | undefined; signal: AbortSignal },
): AsyncGenerator<Event> {
  const { since, tail, after, ...rest } = wish(machine)
  const from = place === undefined ? { since, tail, after } : { after: place }
  const client = await open()
  const onLost = () => onTurn(machine, 'lost')
  const onBack = () => onTurn(machine, 'back')
  const watch = { onLost, onBack, patient: machine !== 'local', signal }
  for await (const event of client.feed('event.feed', { ...rest, ...from, follow: true }, watch))
    yield { ...event, machine }
}
