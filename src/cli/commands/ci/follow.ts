import type { Client } from '../../../client/client.ts'
import { ClientError } from '../../../client/failure.ts'
import type { ApiError } from '../../../contract/events.ts'
import { frameTypes, readFrames } from '../../../contract/frames.ts'
import type { BerthContext } from '../../context.ts'
import type { CiRun, CiStage } from '../../ui/ci.ts'

/** Who is told what a run does, stage by stage. */
export interface RunAudience {
  begin(stage: CiStage): void
  output(bytes: Buffer): Promise<void>
  end(stage: CiStage): void
  note(text: string): void
}

type Event =
  | { type: 'begin' | 'end'; stage: CiStage; index: number }
  | { type: 'note'; text: string }
  | { type: 'run'; run: CiRun }

/** Follows a run to its end, through lost connections to the daemon. */
export async function followRun(client: Client, run: string, audience: RunAudience): Promise<CiRun> {
  const seen = { stage: 0, bytes: 0, begun: -1 }
  // the caller's Ctrl-C ends the run, and not the telling of it
  const { signal } = new AbortController()
  for (;;) {
    const answer = await client.open('ci.follow', { run, stage: seen.stage, bytes: seen.bytes }, signal)
    try {
      for await (const { type, payload } of readFrames(answer)) {
        if (type === frameTypes.output) {
          seen.bytes += payload.length
          await audience.output(payload)
          continue
        }
        if (type === frameTypes.error) throw new ClientError(JSON.parse(payload.toString()) as ApiError)
        const event = JSON.parse(payload.toString()) as Event
        if (event.type === 'run') return event.run
        hear(event, seen, audience)
      }
    } catch (error) {
      if (error instanceof ClientError) throw error
      // the connection broke: what was not seen is asked for again
    }
  }
}

function hear(
  event: Exclude<Event, { type: 'run' }>,
  seen: { stage: number; bytes: number; begun: number },
  audience: RunAudience,
) {
  if (event.type === 'note') audience.note(event.text)
  else if (event.type === 'end') {
    Object.assign(seen, { stage: event.index + 1, bytes: 0 })
    audience.end(event.stage)
  } else if (seen.begun < event.index) {
    Object.assign(seen, { stage: event.index, begun: event.index })
    audience.begin(event.stage)
  }
}

/** What ends a run, and what has Ctrl-C end it no longer. */
export interface RunEnd {
  end(): void
  release(): void
}

/** Has Ctrl-C end a run: the daemon is asked to, and tells of it. */
export function endOnInterrupt({ signal }: BerthContext, client: Client, run: string): RunEnd {
  const end = () => {
    const { signal: own } = new AbortController()
    // a run that is over by then is no failure
    void client.open('ci.kill', { run }, own).then(
      (answer) => answer.resume(),
      () => undefined,
    )
  }
  if (signal.aborted) end()
  // a listener of its own: where nobody listens the program ends at once
  signal.addEventListener('abort', end, { once: true })
  return { end, release: () => signal.removeEventListener('abort', end) }
}
