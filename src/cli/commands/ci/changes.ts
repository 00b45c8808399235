import type { Client } from '../../../client/client.ts'
import { ClientError } from '../../../client/failure.ts'
import type { ApiError } from '../../../contract/events.ts'
import { frameTypes, readFrames } from '../../../contract/frames.ts'
import type { Input } from '../../../contract/routes.ts'

/** What the daemon tells of a repository that is watched. */
export type Change =
  | { type: 'ready'; root: string; stages: string[] }
  | { type: 'touched'; stages: string[]; paths: string[] }
  | { type: 'fault'; error: ApiError }

/** Changes as they come: none is lost while nobody asks. */
export interface Changes {
  /** The next one; undefined once there are no more. Throws what the daemon refused. */
  next(): Promise<Change | undefined>
  /** Has the next one told to this function instead; taken back by what it returns. */
  listen(listener: (change: Change) => void): () => void
}

/** Follows what happens to a repository until the signal aborts, through lost connections. */
export function followChanges(client: Client, input: Input<'ci.watch'>, signal: AbortSignal): Changes {
  const waiting: Change[] = []
  let listener: ((change: Change) => void) | undefined
  let grown = Promise.withResolvers<void>()
  let over: { error?: unknown } | undefined
  const tell = () => {
    grown.resolve()
    grown = Promise.withResolvers()
  }
  const take = (change: Change) => {
    if (listener !== undefined) return listener(change)
    waiting.push(change)
    tell()
  }
  void readAll(client, input, signal, take).then(
    () => ((over = {}), tell()),
    (error: unknown) => ((over = { error }), tell()),
  )
  return {
    async next() {
      for (;;) {
        const change = waiting.shift()
        if (change !== undefined || (over !== undefined && (over.error === undefined || signal.aborted))) return change
        if (over !== undefined) throw over.error
        await grown.promise
      }
    },
    listen(to) {
      for (const change of waiting.splice(0)) to(change)
      listener = to
      return () => (listener = undefined)
    },
  }
}

async function readAll(
  client: Client,
  input: Input<'ci.watch'>,
  signal: AbortSignal,
  take: (change: Change) => void,
): Promise<void> {
  for (let first = true; !signal.aborted; first = false) {
    try {
      for await (const { type, payload } of readFrames(await client.open('ci.watch', input, signal))) {
        const said = JSON.parse(payload.toString()) as Change & { error?: ApiError }
        if (type === frameTypes.error) throw new ClientError(said as unknown as ApiError)
        // after a lost connection nobody knows what happened meanwhile; what did not change is cached
        take(said.type === 'ready' && !first ? { type: 'touched', stages: said.stages, paths: [] } : said)
      }
    } catch (error) {
      if (error instanceof ClientError || signal.aborted) throw error
    }
  }
}
