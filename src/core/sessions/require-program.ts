import { basename } from 'node:path'
import { builtInAgents } from '../agents/resolve-agent.ts'
import { AppError } from '../errors.ts'
import type { SessionDeps } from './deps.ts'

/** A program that a session is to run. */
interface WantedProgram {
  /** The agent adapter, or null for a plain command. */
  agent: string | null
  argv: readonly string[]
  /** Where programs are looked for, as in PATH. */
  path: string
  /** Absolute path the command starts in. */
  directory: string
  /** Whether it was asked for from another machine, with the environment of the login here. */
  login?: boolean
}

/** Throws AGENT_UNKNOWN when the program is not installed. */
export async function requireProgram(
  { programs }: Pick<SessionDeps, 'programs'>,
  { agent, argv, path, directory, login = false }: WantedProgram,
): Promise<void> {
  const [program = ''] = argv
  if ((await programs.find(program, { path, directory })) !== undefined) return
  const there = login ? ' there' : ''
  if (agent === null) throw new AppError('AGENT_UNKNOWN', `no agent or program is called ${program}${there}`)
  throw new AppError('AGENT_UNKNOWN', `the agent ${agent} needs ${program}, which is not installed${there}`, {
    hint: `${howToInstall(program, login)}, or give [agents.${agent}] command in berth.toml`,
  })
}

/** Of an agent that Berth knows: its package, and on another machine what else it needs. */
function howToInstall(program: string, login: boolean): string {
  const known = builtInAgents.find((agent) => agent.program === basename(program))
  if (known?.package == null) return `install ${program}${login ? ', on the PATH of your login there' : ''}`
  const install = `npm install --global ${known.package}`
  if (!login) return install
  const key = known.key === null ? '' : `, or --send-env ${known.key}`
  return `on that machine: ${install}; then log in to ${program} there once${key}`
}
