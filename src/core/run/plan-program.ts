import type { AgentConfig } from '../config/model.ts'

/** What runs in a session. */
export interface ProgramPlan {
  /** Name of the agent, or null for a plain program. */
  agent: string | null
  argv: string[]
  /** Added to the session's environment. */
  env: Record<string, string>
}

/** The argument list for an agent or a program, and what its environment needs. */
export function planProgram(
  request: { program: string; args: readonly string[]; prompt?: string | undefined },
  agents: Readonly<Record<string, AgentConfig>>,
): ProgramPlan {
  const agent = agents[request.program]
  if (agent === undefined)
    return {
      agent: null,
      argv: [request.program, ...request.args, ...(request.prompt === undefined ? [] : [request.prompt])],
      env: {},
    }
  const fill = (text: string) =>
    text.replaceAll('{prompt}', request.prompt ?? '').replaceAll('{model}', agent.model ?? '')
  return {
    agent: request.program,
    argv: [...(agent.command ?? [request.program]), ...agent.args.map(fill)],
    env: agent.env,
  }
}
