import { toAppError } from '../errors.ts'
import type { EventLog } from '../events/event-log.ts'
import type { ReadyLines } from '../ports.ts'
import type { MachineDeps } from './deps.ts'
import type { LinkTurn } from './keep-links.ts'
import type { MachineRecord } from './model.ts'

interface HearingDeps extends Pick<MachineDeps, 'machineSockets'> {
  lines: ReadyLines
  events: Pick<EventLog, 'tell'>
  log: (message: string) => void
}

/** What follows from a link that stands, breaks or is let go of: lines are held ready over it, and it is told as an event. */
export function createHearing(deps: HearingDeps): (machine: MachineRecord, turn: LinkTurn) => void {
  return (machine, turn) =>
    void follow(deps, machine, turn).catch((error: unknown) => deps.log(toAppError(error).message))
}

async function follow({ lines, events, machineSockets }: HearingDeps, machine: MachineRecord, turn: LinkTurn) {
  const { context, name } = machine
  const { socket, ready } = machineSockets(context, name)
  const about = { subject: name, context }
  if (turn.to === 'dropped') return lines.withdraw(ready)
  if (turn.to === 'away') return events.tell({ ...about, type: 'machine.away', data: { message: turn.message } })
  await lines.offer(ready, socket)
  if (turn.again) await events.tell({ ...about, type: 'machine.back' })
}
