import { getEventListeners } from 'node:events'
import { join } from 'node:path'
import { exitCodes } from '../contract/errors.ts'
import { berthHome } from '../contract/home.ts'
import type { BerthContext } from './context.ts'
import { failure } from './failure.ts'
import { runLine } from './run-line.ts'
import { createUi } from './ui/ui.ts'

for (const stream of [process.stdout, process.stderr]) stream.on('error', endQuietly)
const daemonProgram = join(import.meta.dirname, 'berthd.js')
const context = createContext()
void runLine(process.argv.slice(2), context).then((exitCode) => (process.exitCode = exitCode))

/** The world as commands see it. */
function createContext(): Omit<BerthContext, 'tail'> {
  const interrupted = new AbortController()
  // Once: a second Ctrl-C ends the program at once, and the daemon goes on without it.
  process.once('SIGINT', () => {
    // where nobody listens nothing has begun that would have to be settled
    const heard = getEventListeners(interrupted.signal, 'abort').length + process.listenerCount('SIGINT')
    if (heard === 0) process.exit(exitCodes.interrupted)
    interrupted.abort()
  })
  return {
    process,
    env: process.env,
    directory: process.cwd(),
    ui: createUi(process),
    signal: interrupted.signal,
    berth: (words) => runLine(words, context),
    async client(machine = 'local') {
      if (machine !== 'local')
        throw failure('MACHINE_NOT_CONNECTED', `not connected to ${machine}`, `berth connect ${machine}`)
      const { openLocalClient } = await import('./local-client.ts')
      return openLocalClient(
        { home: berthHome(process.env), program: daemonProgram, onNotice: (text) => context.ui.note(text) },
        interrupted.signal,
      )
    },
  }
}

/** Whoever read our output has seen enough (`berth ls | head`): no reason to complain. */
function endQuietly(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error
  process.exit(process.exitCode ?? exitCodes.ok)
}
