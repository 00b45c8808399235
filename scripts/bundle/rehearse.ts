import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'

const program = join(import.meta.dirname, 'rehearse.cjs')

/** Longest a rehearsal may take, ms: a build does without it. */
const patience = 20_000

/**
 * Has the programs in `directory` do once what they do most, in a home of their own: what V8 compiled for that goes into
 * their caches. Without it each start compiles anew what it uses, a tenth of the daemon's.
 */
export async function rehearse(directory: string): Promise<void> {
  const home = mkdtempSync(join(tmpdir(), 'berth-build-'))
  const env = { ...process.env, BERTH_HOME: home }
  const command = (name: string, ...words: string[]) => [program, join(directory, `${name}.js`), ...words]
  const daemon = spawn(process.execPath, command('berthd'), {
    env,
    stdio: ['ignore', 'ignore', 'inherit', 'pipe'],
    timeout: patience,
  })
  const ended = once(daemon, 'exit')
  try {
    await once(daemon.stdio[3] as Readable, 'data')
    for (const words of [['--help'], ['__complete', '--', 'cr'], ['ls']])
      execFileSync(process.execPath, command('berth', ...words), { env, stdio: ['ignore', 'ignore', 'inherit'] })
  } finally {
    daemon.kill()
    await ended
    rmSync(home, { recursive: true, force: true })
  }
}
