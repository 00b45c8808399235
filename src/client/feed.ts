import type { IncomingMessage } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'
import type { Input, Output, RouteName } from '../contract/routes.ts'
import { sse } from '../contract/wire.ts'
import { readEvents } from '../lib/sse.ts'
import { checkedStream, type FeedWatch, type Transport } from './client.ts'
import { ClientError } from './failure.ts'

/** How often a daemon that is gone is looked for, ms, and how often one that is gone for long. */
const pause = 250
const longPause = 2000
/** How many times the first of these. */
const soon = 40

/** See Client.feed. */
export async function* followFeed<N extends RouteName>(
  transport: Transport,
  name: N,
  input: Input<N>,
  {
    onLost,
    onBack,
    onPlace,
    patient = false,
    signal = new AbortController().signal,
  }: Omit<FeedWatch, 'signal'> & { signal?: AbortSignal | undefined },
): AsyncGenerator<Output<N>> {
  const seen: { last?: number } = {}
  let lost = false
  const ask = (join: boolean) => transport.open(name, continued(input, seen.last), { signal, join, stream: true })
  for (let join = patient; ; join = true) {
    const answer = join ? await untilThere(() => ask(true), signal) : await unlessAborted(ask(false), signal)
    if (answer === undefined) return
    if (lost) onBack?.()
    lost = false
    for await (const { id, event, data } of eventsUntilCut(await checkedStream(answer))) {
      if (event === sse.end) return
      if (id !== undefined) seen.last = Number(id)
      if (id !== undefined) onPlace?.(Number(id))
      if (event === sse.item) yield JSON.parse(data) as Output<N>
    }
    if (signal.aborted) return
    lost = true
    onLost?.()
  }
}

/** What was asked, from the last event on that was seen. */
function continued<I>(input: I, last: number | undefined): I {
  if (last === undefined) return input
  const { since: _since, tail: _tail, ...rest } = input as object & { since?: unknown; tail?: unknown }
  return { ...rest, after: last } as I
}

/** A connection that breaks ends the events; the caller goes on from the last one. */
async function* eventsUntilCut(answer: IncomingMessage): ReturnType<typeof readEvents> {
  try {
    yield* readEvents(answer)
  } catch (error) {
    if (error instanceof ClientError) throw error
  }
}

/** The daemon, or the way to it, may come back. */
const away = new Set(['DAEMON_UNAVAILABLE', 'MACHINE_UNREACHABLE'])

/** Asks until somebody listens; undefined when the signal aborts first. */
export async function untilThere(
  ask: () => Promise<IncomingMessage>,
  signal: AbortSignal,
): Promise<IncomingMessage | undefined> {
  for (let tries = 1; !signal.aborted; tries++) {
    try {
      return await unlessAborted(ask(), signal)
    } catch (error) {
      if (!(error instanceof ClientError) || !away.has(error.error.code)) throw error
    }
    await wait(tries < soon ? pause : longPause, undefined, { signal }).catch(() => undefined)
  }
  return undefined
}

/** What was asked; undefined when the signal aborts first. */
export async function unlessAborted<T>(asked: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
  try {
    return await asked
  } catch (error) {
    if (signal.aborted) return undefined
    throw error
  }
}
