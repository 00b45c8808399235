import type * as z from 'zod'
import type { ZodType } from 'zod'

/**
 * How a route answers: `call` with one JSON document; `operation` with a stream of progress events that ends in the
 * result or the error, and goes on without the caller; `feed` with a stream of events without end; `bytes` with frames
 * of raw output (see frames.ts); `terminal` with such frames both ways: those of the caller follow the input, which is
 * one line of JSON, in the body of the same request, while the answer is read.
 */
export type RouteKind = 'call' | 'operation' | 'feed' | 'bytes' | 'terminal'

/** What a caller must be allowed: look, change envs, or administer the daemon. */
export type Access = 'read' | 'operate' | 'admin'

/**
 * What a route is about, which decides what of it the holder of a token may ask: the `env` in its input (`env-or-new`:
 * which need not be there yet); the `source` an env is made from; a `list`, of which everybody is shown their part; the `caller`, about whom the route itself judges.
 */
export type RouteSubject = 'env' | 'env-or-new' | 'source' | 'list' | 'caller'

/** One route of the API, as data: everything is `POST /v1/<name>` with a JSON body. */
export interface Route<I extends ZodType = ZodType, O extends ZodType = ZodType, K extends RouteKind = RouteKind> {
  summary: string
  kind: K
  access: Access
  /** The whole machine when absent: nothing for a token of one project. */
  subject?: RouteSubject
  /** It runs programs as the machine's user. */
  programs?: true
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
