import { agentCommand, resolveAgent } from '../agents/resolve-agent.ts'
import type { AgentConfig } from '../config/model.ts'

/** What is to run in a session. */
export interface ProgramRequest {
  /** An agent or a program. */
  program: string
  /** More arguments. */
  args: readonly string[]
  prompt?: string | undefined
  /** Of an agent: the model to ask for. */
  model?: string | undefined
  /** Of an agent: whether it works without asking. */
  unattended?: boolean | undefined
}

/** What runs in a session. */
export interface ProgramPlan {
  /** Name of the agent, or null for a plain program. */
  agent: string | null
  argv: string[]
  /** Added to the session's environment. */
  env: Record<string, string>
}

/** The argument list for an agent or a program, and what its environment needs. A plain program's prompt is its last argument. */
export function planProgram(
  request: ProgramRequest,
  agents: Readonly<Record<string, AgentConfig>>,
  place: { directory: string; asRoot: boolean },
): ProgramPlan {
  const { program, args, prompt, model, unattended } = request
  const agent = resolveAgent(program, agents)
  if (agent === undefined)
    return { agent: null, argv: [program, ...args, ...(prompt === undefined ? [] : [prompt])], env: {} }
  const { argv, env } = agentCommand(agent, {
    mode: 'interactive',
    prompt: prompt ?? null,
    args,
    ...place,
    ...(model === undefined ? {} : { model }),
    ...(unattended === undefined ? {} : { unattended }),
  })
  return { agent: agent.name, argv, env }
}
