import { join } from 'node:path'
import { run } from '@stricli/core'
import { createClient } from '../client/client.ts'
import { localTransport } from '../client/local.ts'
import { exitCodes } from '../contract/errors.ts'
import { berthHome } from '../contract/home.ts'
import { buildApp } from './app.ts'
import { splitArguments } from './arguments.ts'
import type { BerthContext } from './context.ts'
import { failure, usage } from './failure.ts'
import { createUi } from './ui/ui.ts'

await main(process)

/** Runs one command line; the exit code is left in process.exitCode. */
async function main(process: NodeJS.Process): Promise<void> {
  const { argv, tail, json } = splitArguments(process.argv.slice(2))
  const ui = createUi({ stdout: process.stdout, stderr: process.stderr, stdin: process.stdin, env: process.env })
  const context = createContext(process, ui, tail)
  let faulty = false
  const app = buildApp((message) => {
    faulty = true
    ui.failure({ command: argv[0] ?? '', machine: 'local', context: 'default', json }, usage(message).error)
    return ''
  })
  await run(app, argv, context)
  if (faulty || (typeof process.exitCode === 'number' && process.exitCode < 0)) process.exitCode = exitCodes.usage
}

function createContext(
  process: NodeJS.Process,
  ui: BerthContext['ui'],
  tail: readonly string[] | undefined,
): BerthContext {
  const interrupted = new AbortController()
  process.once('SIGINT', () => interrupted.abort())
  return {
    process,
    env: process.env,
    directory: process.cwd(),
    tail,
    ui,
    signal: interrupted.signal,
    async client(machine = 'local') {
      if (machine !== 'local')
        throw failure('MACHINE_NOT_CONNECTED', `not connected to ${machine}`, `berth connect ${machine}`)
      return createClient(
        localTransport({ home: berthHome(process.env), program: join(import.meta.dirname, 'berthd.js') }),
      )
    },
  }
}
