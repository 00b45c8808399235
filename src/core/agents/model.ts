/** `interactive`: the agent's own screen, for a person. `headless`: one prompt in, JSON lines out, then the end. */
export type AgentMode = 'interactive' | 'headless'

/** What an agent is to do. */
export interface AgentRequest {
  mode: AgentMode
  prompt: string | null
  /** As the agent calls it; null: the agent's own choice. */
  model: string | null
  /** More arguments, before the prompt. */
  args: readonly string[]
  /** Works without asking: its permission and trust questions are answered with yes beforehand. */
  unattended: boolean
  /** Absolute path it works in. */
  directory: string
  /** Whether it runs as root. */
  asRoot: boolean
}

/** How to start an agent, after its program: arguments, variables to add, and what to write to its stdin. */
export interface AgentInvocation {
  args: string[]
  env: Record<string, string>
  /** Written to stdin, which is then closed; null: nothing, or a terminal. */
  stdin: string | null
}

/** What Berth knows about one coding agent. All of it is data and pure functions: no file of the user's is touched. */
export interface AgentAdapter {
  /** What `berth run` calls it. */
  name: string
  /** Program it is started as. */
  program: string
  /** npm package it comes in; null where Berth does not know. */
  package: string | null
  /** Variable an API key of its own is read from; null where there is no single one. */
  key: string | null
  invoke(request: AgentRequest): AgentInvocation
}
