import { getEventListeners } from 'node:events'
import { join } from 'node:path'
import { exitCodes } from '../contract/errors.ts'
import { berthHome, loginsDirectory } from '../contract/home.ts'
import type { BerthContext } from './context.ts'
import { failure } from './failure.ts'
import { runLine } from './run-line.ts'
import { createUi } from './ui/ui.ts'

for (const stream of [process.stdout, process.stderr]) stream.on('error', endOutput)
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
    directory: workingDirectory(),
    ui: createUi(process),
    signal: interrupted.signal,
    berth: (words) => runLine(words, context),
    async client(machine = 'local', of = 'default') {
      const home = berthHome(process.env)
      const onNotice = (text: string) => context.ui.note(text)
      if (machine !== 'local' && hasLogin({ home, context: of }, machine)) {
        const { openLogin } = await import('./login-client.ts')
        const byToken = await openLogin({ home, context: of }, machine, interrupted.signal)
        if (byToken) return byToken
      }
      const { openLocalClient } = await import('./local-client.ts')
      const local = openLocalClient({ home, program: daemonProgram, onNotice }, interrupted.signal)
      if (machine === 'local') return local
      const { openRemoteClient } = await import('./remote-client.ts')
      const agent = process.env['SSH_AUTH_SOCK'] || undefined
      return openRemoteClient({ home, context: of, name: machine, agent }, local, onNotice, interrupted.signal)
    },
  }
}

/** Asked here, for the many that have none: what a login takes is not loaded for them. */
function hasLogin({ home, context: of }: { home: string; context: string }, machine: string): boolean {
  return process.getBuiltinModule('node:fs').existsSync(join(loginsDirectory(home, of), `${machine}.json`))
}

/** Where the user is. It may have been removed meanwhile: what needs it says so, and all else works. */
function workingDirectory(): string {
  try {
    return process.cwd()
  } catch {
    // never one that is there: a command that runs what it finds would find something
    return process.env['PWD'] || '/(gone)'
  }
}

/** Whoever read our output has seen enough (`berth ls | head`): no reason to complain. A full disk is one. */
function endOutput(error: NodeJS.ErrnoException): void {
  if (error.code === 'EPIPE') process.exit(process.exitCode ?? exitCodes.ok)
  const { error: shown } = failure('OUTPUT_FAILED', `the output cannot be written: ${error.message}`)
  process.exit(context.ui.failure({ command: 'berth', machine: 'local', context: 'default', json: false }, shown))
}
