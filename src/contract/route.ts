import type * as z from 'zod'
import type { ZodType } from 'zod'

/**
 * How a route answers: `call` with one JSON document; `operation` with a stream of progress events that ends in the
 * result or the error, and goes on without the caller; `feed` with a stream of events without end; `bytes` with frames
 * of raw output (see frames.ts).
 */
export type RouteKind = 'call' | 'operation' | 'feed' | 'bytes'

/** What a caller must be allowed: look, change envs, or administer the daemon. */
export type Access = 'read' | 'operate' | 'admin'

/** One route of the API, as data: everything is `POST /v1/<name>` with a JSON body. */
export interface Route<I extends ZodType = ZodType, O extends ZodType = ZodType, K extends RouteKind = RouteKind> {
  summary: string
  kind: K
  access: Access
  input: I
  /** The result (call, operation) or one event (feed). */
  output: O
}

/** Declares a route; only fixes the types. */
export function route<I extends ZodType, O extends ZodType, K extends RouteKind>(
  definition: Route<I, O, K>,
): Route<I, O, K> {
  return definition
}

/** What a caller sends to a route. */
export type RouteInput<R> = R extends Route<infer I> ? z.input<I> : never
/** What a handler gets, defaults filled in. */
export type RouteParsed<R> = R extends Route<infer I> ? z.output<I> : never
/** What a route answers. */
export type RouteOutput<R> = R extends Route<ZodType, infer O> ? z.output<O> : never
