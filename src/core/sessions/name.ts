import { basename } from 'node:path'
import { slug } from '../../lib/slug.ts'
import type { SessionView } from './model.ts'

/** What a session is called before anybody else has the name: the agent's, else the program's. */
export function baseName(agent: string | null, argv: readonly string[]): string {
  return slug(agent ?? basename(argv[0] ?? ''), 32) || 'session'
}

/** The name itself, or, where it is taken, the name with the next free number: claude, claude-2, claude-3. */
export function freeName(base: string, taken: readonly string[]): string {
  for (let number = 1; ; number++) {
    const name = number === 1 ? base : `${base}-${number}`
    if (!taken.includes(name)) return name
  }
}

/**
 * The running session a repeated `run` means: of the same agent, whatever its prompt was; for a plain command, of the
 * very same arguments.
 */
export function findSame(
  sessions: readonly SessionView[],
  wanted: { agent: string | null; argv: readonly string[] },
): SessionView | undefined {
  const isSame = ({ agent, argv, state }: SessionView) =>
    state === 'running' &&
    agent === wanted.agent &&
    (agent !== null || JSON.stringify(argv) === JSON.stringify(wanted.argv))
  return sessions.findLast(isSame)
}
