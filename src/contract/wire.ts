/** Facts of the wire both ends must agree on; free of schemas, so that the CLI can load it for nothing. */

/** Header that carries the version of who sends: the handshake of every request and answer. */
export const versionHeader = 'berth-version'

/** Header of a caller that does with a daemon of a nearby version: one on another machine, which it cannot replace. */
export const tolerantHeader = 'berth-tolerant'

/**
 * Header with the id the caller gives an operation. Asked again under the same id, the daemon joins the operation it has
 * instead of starting a second one: a caller whose connection broke before the answer can repeat itself.
 */
export const operationHeader = 'berth-operation'

/** What an operation's id looks like. */
export const operationId = /^[a-z0-9]{8,40}$/

/** Path of a route. */
export const routePath = (name: string): string => `/v1/${name}`

/**
 * SSE event names: of an operation's stream, and of a feed: `begin`, whose id is the number it begins after, then `item`s, and
 * `end` where no more is to come.
 */
export const sse = {
  progress: 'progress',
  result: 'result',
  error: 'error',
  begin: 'begin',
  item: 'item',
  end: 'end',
} as const
