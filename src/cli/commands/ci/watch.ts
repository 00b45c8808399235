import type { Client } from '../../../client/client.ts'
import { exitCodes } from '../../../contract/errors.ts'
import type { Outcome } from '../../command.ts'
import type { BerthContext, CommonFlags } from '../../context.ts'
import { type CiRun, summaryLine } from '../../ui/ci.ts'
import { type Change, type Changes, followChanges } from './changes.ts'
import { clientFor, type RunFlags, type Selection, startRun } from './run.ts'
import { createWatchState, type WatchState } from './watch-state.ts'

/** Erases what is on the screen and begins at its top; what scrolled out stays. */
const clearScreen = '\u001b[2J\u001b[H'

interface Scope {
  context: BerthContext
  flags: RunFlags & CommonFlags
  input: Selection
  client: Client
  changes: Changes
  state: WatchState
  /** What ran last, and when that was over. */
  last: { stages: readonly string[]; at: number }
}

/** What changes so shortly after a run, ms, was written by it: that long takes what notices it. */
const afterwards = 1500

/** Runs the stages, then again whatever a change touches, until Ctrl-C. */
export async function watchRuns(
  context: BerthContext,
  flags: RunFlags & CommonFlags,
  input: Selection,
): Promise<Outcome> {
  const { signal } = context
  const client = await clientFor(context, flags)
  const { directory, env, stages, all, profile, on } = input
  const asked = { directory, stages, all, on, ...(env && { env }), ...(profile !== undefined && { profile }) }
  const changes = followChanges(client, asked, signal)
  const scope: Scope = {
    context,
    flags,
    input,
    client,
    changes,
    state: createWatchState(),
    last: { stages: [], at: 0 },
  }
  const first = await changes.next()
  let next: string[] = first?.type === 'ready' ? first.stages : []
  for (let again = false; !signal.aborted; again = true) {
    next = next.length === 0 ? await waitForTouch(scope) : await runUntilTouched(scope, next, again)
  }
  return { data: undefined, exitCode: exitCodes.interrupted }
}

/** Runs them; returns what is to run next: what changes touched meanwhile, and what they kept from ending. */
async function runUntilTouched(scope: Scope, stages: string[], again: boolean): Promise<string[]> {
  const { context, flags, client, changes } = scope
  const input = { ...scope.input, stages, all: false, needed: true, noCache: scope.input.noCache && !again }
  const run = await startRun(context, client, flags, input)
  const touched = new Set<string>()
  const running = new Set(run.started.stages.map(({ name }) => name))
  let stopped = false
  const forget = changes.listen((change) => {
    const fresh = heard(scope, change, [...running])
    for (const stage of fresh) touched.add(stage)
    if (stopped || !fresh.some((stage) => running.has(stage))) return
    stopped = true
    run.end()
  })
  try {
    const ended = await run.follow((stage) => running.delete(stage))
    show(scope, ended)
    scope.last = { stages: ended.stages.map(({ name }) => name), at: performance.now() }
    return [...new Set([...touched, ...(stopped ? unfinished(ended) : [])])]
  } finally {
    forget()
  }
}

const unfinished = ({ stages }: CiRun) =>
  stages.flatMap(({ name, state }) => (['cancelled', 'skipped', 'waiting'].includes(state) ? name : []))

async function waitForTouch(scope: Scope): Promise<string[]> {
  const { context, flags, changes, last } = scope
  if (!flags.json) context.ui.note('watching for changes; Ctrl-C ends it')
  for (;;) {
    const change = await changes.next()
    if (change === undefined) return []
    const stages = heard(scope, change, performance.now() - last.at < afterwards ? last.stages : [])
    if (stages.length > 0) return stages
  }
}

/** Says what happened; returns the stages it touches. */
function heard({ context, flags, state }: Scope, change: Change, during: readonly string[]): string[] {
  const { ui, process } = context
  if (change.type === 'ready') return []
  if (flags.json) process.stdout.write(`${JSON.stringify(change)}\n`)
  if (change.type === 'fault') {
    if (!flags.json) ui.note(`${change.error.message}\nwaiting until that is mended`)
    return []
  }
  const { stages, gaveUp } = state.touched(change, during)
  for (const stage of gaveUp)
    ui.note(`${stage} changes ${filesText(change.paths)} itself, and is not run again for that: let git ignore it`)
  if (stages.length > 0 && !flags.json) {
    if (process.stdout.isTTY) ui.print(clearScreen)
    ui.note(`${filesText(change.paths)} changed: ${stages.join(', ')}`)
  }
  return stages
}

function show({ context, flags }: Scope, run: CiRun): void {
  const { ui, process, signal } = context
  if (flags.json) process.stdout.write(`${JSON.stringify({ type: 'run', run })}\n`)
  else if (run.state !== 'cancelled' || signal.aborted) ui.print(`\n${summaryLine(run)}\n`)
}

/** `src/a.ts, src/b.ts and 3 more`. */
function filesText(paths: readonly string[]): string {
  const [shown, more] = [paths.slice(0, 3), paths.length - 3]
  if (shown.length === 0) return 'something'
  return `${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}`
}
