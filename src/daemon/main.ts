import { closeSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { systemClock } from '../adapters/clock/system-clock.ts'
import { createLocalFiles } from '../adapters/files/local-files.ts'
import { openLogFile } from '../adapters/files/log-file.ts'
import { ensurePrivateDirectory } from '../adapters/files/private-directory.ts'
import { takeProcessLock } from '../adapters/lock/process-lock.ts'
import { berthHome } from '../contract/home.ts'
import { toAppError } from '../core/errors.ts'
import { checkHome } from '../core/home/check-home.ts'
import { homePaths } from '../core/home/paths.ts'
import { redact } from '../lib/redact.ts'
import { collectEarly } from './heap.ts'

/** Descriptor of the pipe on which whoever started us waits for one line. */
const starterPipe = 3

start().then(
  (notices) => tellStarter(notices ? { state: 'ready', notices } : { state: 'running' }),
  (error: unknown) => {
    const { code, message, hint, details } = toAppError(error)
    process.stderr.write(`${JSON.stringify({ level: 'fatal', code, message, details })}\n`)
    tellStarter({ state: 'failed', error: { code, message, hint, details } })
    process.exitCode = 1
  },
)

/** Takes this home and serves it; returns what it found cut off, or undefined when another daemon has the home. */
async function start(): Promise<string[] | undefined> {
  const paths = homePaths(berthHome(process.env))
  const files = createLocalFiles()
  await checkHome(files, paths.home)
  ensurePrivateDirectory(paths.home)
  const lock = takeProcessLock(join(paths.home, 'berthd.lock'))
  if (!lock) return undefined
  const log = openLogFile(paths.log, systemClock)
  process.on('uncaughtException', (error) => {
    log(redact(`ended by ${error.stack ?? error.message}`))
    process.exit(1)
  })
  // only now: of many that start at once all but one end here, and need nothing of the rest
  const { openHome } = await import('./open-home.ts')
  const notices = await openHome({ paths, files, lock, log })
  collectEarly()
  return notices
}

/** See client/start-daemon.ts, which reads it. */
function tellStarter(report: object): void {
  try {
    writeSync(starterPipe, `${JSON.stringify(report)}\n`)
    closeSync(starterPipe)
  } catch {
    // Started by hand: nobody waits.
  }
}
