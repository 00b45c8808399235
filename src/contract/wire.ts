/** Facts of the wire both ends must agree on; free of schemas, so that the CLI can load it for nothing. */

/** Header that carries the version of who sends: the handshake of every request and answer. */
export const versionHeader = 'berth-version'

/** Path of a route. */
export const routePath = (name: string): string => `/v1/${name}`

/** SSE event names of an operation's stream. */
export const sse = { progress: 'progress', result: 'result', error: 'error', item: 'item' } as const
