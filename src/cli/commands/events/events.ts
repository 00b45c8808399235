import { setTimeout as wait } from 'node:timers/promises'
import type { Client } from '../../../client/client.ts'
import { askRunning } from '../../../client/local.ts'
import { exitCodes } from '../../../contract/errors.ts'
import { berthHome } from '../../../contract/home.ts'
import type { Input, Output } from '../../../contract/routes.ts'
import { defineCommand, envArgument, listFlag, numberFlag, projectFlag, switchFlag, textFlag } from '../../command.ts'
import type { BerthContext, CommonFlags } from '../../context.ts'
import { otherMachines } from '../../other-machines.ts'
import { drained } from '../../ui/drained.ts'
import { renderEvent } from '../../ui/event.ts'
import { envRef } from '../env/shared.ts'
import { contextOf } from '../machine/shared.ts'
import { type Places, readPlaces } from './after.ts'
import { gather } from './gather.ts'

interface Flags {
  project?: string
  follow: boolean
  since?: string
  after?: string[]
  tail?: number
  type?: string[]
}

/** How many of the last events are shown where nothing else says where to begin. */
const usualTail = 50

/** `berth events` */
export const eventsCommand = defineCommand<Flags, [string?]>({
  name: 'event.feed',
  brief: 'What happened, and what happens, on all machines: to envs, sessions, services',
  details: `The oldest first, the last ${usualTail} unless said otherwise; the newest ten thousand are kept. Each has a number, to go on from with --after: none is then missed and none comes twice, also when berthd was restarted in between. With --json: one object a line.\n\nEvents of all machines are one feed, each with its machine; with --on those of one. Numbers count on each machine: --after 41 goes on with this one's, --after local:41 --after big-box:7 with those of all. A machine that does not answer is said, holds up nobody, and is heard on from where it was once it is back.`,
  examples: [
    ['berth events', 'the last ones, of everything'],
    ['berth events feat-a --since 1h', 'of one env, also one that is gone'],
    ['berth events --follow --type service --json', 'what happens to services from now on, for a program'],
  ],
  flags: {
    project: projectFlag,
    follow: switchFlag('go on as it happens; Ctrl-C ends it', 'f'),
    since: textFlag('only what happened since (10m, 1h30m, 2026-01-31T12:00:00Z)', 'when'),
    after: listFlag('only what came after this event: its number, or machine:number for each of several', 'event'),
    tail: numberFlag('only the last ones', 'events', 'n'),
    type: listFlag('only this type (env.up), or all of a family (env)', 'type'),
  },
  arguments: [{ ...envArgument, optional: true, brief: 'only of this env' }],
  async run(context, flags, name) {
    const { signal, process } = context
    for await (const event of await eventsOf(context, flags, name)) {
      const line = flags.json ? JSON.stringify(event) : renderEvent(event, context.ui.paint)
      if (!process.stdout.write(`${line}\n`)) await drained(process.stdout)
    }
    return { data: undefined, exitCode: signal.aborted ? exitCodes.interrupted : exitCodes.ok }
  },
})

type Event = Output<'event.feed'>

/** The events of all machines, or of the one that is meant: by --on, or by the number of an event without its machine. */
async function eventsOf(
  context: BerthContext,
  flags: Flags & CommonFlags,
  name: string | undefined,
): Promise<AsyncIterable<Event>> {
  const { follow, since, type: types = [], on } = flags
  const places = readPlaces(flags.after ?? [], on)
  const isFrom = since !== undefined || places.bare !== undefined || places.byMachine.size > 0
  const tail = flags.tail ?? (isFrom ? undefined : usualTail)
  const wish = { context: contextOf(flags), types, since, tail, follow }
  const client = await context.client(on)
  if (on === undefined && places.bare === undefined) return ofAll(context, client, { flags, name, wish, places })
  const { ui } = context
  const env = name === undefined ? undefined : envRef(context, name, flags.project)
  const after = places.bare ?? places.byMachine.get(on ?? 'local')
  return client.feed('event.feed', { env, after, ...wish }, { onLost: () => ui.note('berthd is gone: waiting for it') })
}

interface Asked {
  flags: Flags & CommonFlags
  name: string | undefined
  wish: Omit<Input<'event.feed'>, 'after' | 'env' | 'subject'>
  places: Places
}

async function ofAll(context: BerthContext, local: Client, asked: Asked): Promise<AsyncIterable<Event>> {
  const { ui, signal } = context
  const { flags, wish, places } = asked
  const of = { context: contextOf(flags) }
  const about = await aboutOthers(context, local, asked)
  const own = asked.name === undefined ? {} : { env: envRef(context, asked.name, flags.project) }
  // who goes on from places wants all of the machines it did not know of
  const begin = (machine: string) => (places.byMachine.size === 0 ? {} : { after: places.byMachine.get(machine) ?? 0 })
  return gather({
    local,
    others: await otherMachines(context, of, local.call('machine.list', of)),
    // asked so that none is started
    othersNow: async () => {
      const listed = await askRunning(berthHome(context.env), 'machine.list', of)
      return listed && otherMachines(context, of, Promise.resolve(listed))
    },
    wish: (machine) => ({ ...wish, ...(machine === 'local' ? own : about), ...begin(machine) }),
    follow: flags.follow,
    tail: wish.tail,
    onSilent: ({ machine, message, hint }) => ui.note(`${machine}: ${message}; ${hint}`),
    onTurn: (machine, turn) => ui.note(turnText(machine, turn)),
    wait: (ms, until) => wait(ms, undefined, { signal: until }).catch(() => undefined),
    signal,
  })
}

/** An env in words other machines understand: they cannot see the directory one stands in. */
async function aboutOthers({ directory }: BerthContext, local: Client, { name, flags }: Asked) {
  if (name === undefined) return {}
  if (name.includes('/')) return { subject: name }
  const project = flags.project ?? (await local.call('project.find', { directory })).name
  return project === null ? { env: { name } } : { subject: `${project}/${name}` }
}

function turnText(machine: string, turn: 'lost' | 'back'): string {
  const who = machine === 'local' ? 'berthd' : machine
  return turn === 'lost' ? `${who} is gone: waiting for it` : `${who} is back`
}
