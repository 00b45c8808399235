/** What a request offers, and how far the conversation has come since the last prompt. */
export interface Seen {
  model: string | undefined
  /** Names of the tools the agent offers. */
  tools: string[]
  prompt: string
  /** Tool results since that prompt: the index of the script's step. */
  results: number
  outputs: string[]
  /** Everything the agent told of its surroundings. */
  context: string
}

/** Tokens, as the answer reports them. */
export interface Usage {
  input: number
  output: number
}

/** What the model does next. */
export type Action =
  | { kind: 'text'; text: string; usage: Usage }
  | { kind: 'tool'; name: string; input: Record<string, unknown>; usage: Usage }

/** One vendor's API, chosen by request path. `body` is the parsed JSON of the request, trusted to be of the protocol. */
export interface Protocol {
  name: string
  match(path: string): boolean
  wantsStream(path: string, body: unknown): boolean
  read(path: string, body: unknown): Seen
  /** The whole answer, as one JSON document. */
  reply(body: unknown, action: Action): unknown
  /** The same as server-sent events. */
  stream(body: unknown, action: Action): Iterable<string>
  error(status: number, message: string): unknown
}
