import { basename } from 'node:path'
import type { AgentConfig } from '../config/model.ts'
import { claude } from './claude.ts'
import { codex } from './codex.ts'
import { declaredAgent } from './declared.ts'
import { gemini } from './gemini.ts'
import type { AgentAdapter, AgentInvocation, AgentRequest } from './model.ts'
import { opencode } from './opencode.ts'

/** The agents Berth knows without being told. */
export const builtInAgents: readonly AgentAdapter[] = [claude, codex, opencode, gemini]

/** An agent as this project wants it. */
export interface Agent {
  name: string
  adapter: AgentAdapter
  config: AgentConfig
}

/** A whole command line of an agent. */
export interface AgentCommand extends AgentInvocation {
  argv: string[]
}

const untouched: AgentConfig = { command: null, args: [], model: null, unattended: false, env: {} }

/**
 * The agent of this name: built in, changed by `[agents.<name>]`, or declared there; undefined where there is none. A
 * declared one whose command is a built-in agent's program (`command = "claude"`) is that agent under another name.
 */
export function resolveAgent(name: string, declared: Readonly<Record<string, AgentConfig>>): Agent | undefined {
  const config = Object.hasOwn(declared, name) ? declared[name] : undefined
  const program = config?.command?.[0] ?? name
  const adapter =
    builtInAgents.find((known) => known.name === name) ??
    (config && builtInAgents.find((known) => known.program === basename(program))) ??
    (config && declaredAgent(name, program))
  return adapter && { name, adapter, config: config ?? untouched }
}

/** Names `berth run` takes for agents in this project. */
export function agentNames(declared: Readonly<Record<string, AgentConfig>>): string[] {
  return [...new Set([...builtInAgents.map(({ name }) => name), ...Object.keys(declared)])].sort()
}

/** The command line for one piece of work; what is not asked for is as the project's settings say. */
export function agentCommand(
  { adapter, config }: Agent,
  request: Omit<AgentRequest, 'args' | 'model' | 'unattended'> &
    Partial<Pick<AgentRequest, 'args' | 'model' | 'unattended'>>,
): AgentCommand {
  const invocation = adapter.invoke({
    ...request,
    args: [...config.args, ...(request.args ?? [])],
    model: request.model ?? config.model,
    unattended: request.unattended ?? config.unattended,
  })
  const argv = [...(config.command ?? [adapter.program]), ...invocation.args]
  return { ...invocation, argv, env: { ...invocation.env, ...config.env } }
}
