import type { z } from 'zod'
import type { Client } from '../../client/client.ts'

/** What a tool may use. */
export interface ToolContext {
  /** Absolute path the server was started in. */
  directory: string
  env: Record<string, string | undefined>
  /** The daemon of this machine; it is started when it is not there. */
  client(): Promise<Client>
  /** Aborts when the caller takes the call back. */
  signal: AbortSignal
}

/** What a tool answers: text for the model to read, and the same as data. */
export interface ToolAnswer {
  text: string
  data: Record<string, unknown>
  /** The call did what it should, and what it looked at is not well: a check that failed. */
  failed?: boolean
}

/** A tool of the MCP server, as data. */
export interface Tool {
  description: string
  /** Fields of its input. */
  input: z.ZodRawShape
  /** It changes nothing. */
  readOnly: boolean
  run(context: ToolContext, input: never): Promise<ToolAnswer>
}

/** Declares a tool; only fixes the type of its input. */
export function tool<S extends z.ZodRawShape>(definition: {
  description: string
  input: S
  readOnly: boolean
  run(context: ToolContext, input: z.output<z.ZodObject<S>>): Promise<ToolAnswer>
}): Tool {
  return definition
}
