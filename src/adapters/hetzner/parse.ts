import * as z from 'zod'
import { AppError } from '../../core/errors.ts'
import type { CloudServer } from '../../core/ports/provider.ts'

const address = z.object({ ip: z.string() }).nullish()

const server = z.object({
  id: z.number(),
  name: z.string(),
  status: z.string(),
  public_net: z.object({ ipv4: address, ipv6: address }),
  server_type: z.object({ name: z.string() }),
  location: z.object({ name: z.string() }).optional(),
  datacenter: z.object({ location: z.object({ name: z.string() }) }).nullish(),
})

const action = z.object({
  id: z.number(),
  command: z.string(),
  status: z.enum(['running', 'success', 'error']),
  error: z.object({ code: z.string(), message: z.string() }).nullish(),
})

const page = z.object({
  meta: z.object({ pagination: z.object({ next_page: z.number().nullable() }) }),
})

/** What the API answers with, as far as it is read. */
export const answers = {
  server: z.object({ server }),
  servers: page.extend({ servers: z.array(server) }),
  created: z.object({ server, action, next_actions: z.array(action).default([]) }),
  action: z.object({ action }),
  keys: page.extend({ ssh_keys: z.array(z.object({ id: z.number(), public_key: z.string() })) }),
  key: z.object({ ssh_key: z.object({ id: z.number() }) }),
} as const

/** Something the API does in its own time. */
export type Action = z.infer<typeof action>

/** An answer in the form it is documented to have. Throws PROVIDER_UNAVAILABLE for any other. */
export function read<S extends z.ZodType>(schema: S, document: unknown): z.output<S> {
  const result = schema.safeParse(document)
  if (result.success) return result.data
  const faults = result.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)
  throw new AppError('PROVIDER_UNAVAILABLE', 'Hetzner answered with something that is not of its API', {
    details: { faults: faults.slice(0, 5) },
  })
}

const states: Record<string, CloudServer['state']> = {
  initializing: 'starting',
  starting: 'starting',
  running: 'running',
  stopping: 'stopping',
  off: 'stopped',
}

/** A server in our words. */
export function toServer(given: z.infer<typeof server>): CloudServer {
  const { ipv4, ipv6 } = given.public_net
  return {
    id: String(given.id),
    name: given.name,
    state: states[given.status] ?? 'other',
    address: ipv4?.ip ?? firstOf(ipv6?.ip),
    type: given.server_type.name,
    region: given.location?.name ?? given.datacenter?.location.name ?? '',
  }
}

/** `2001:db8:1:2::/64`, of which the server has the first address. */
const firstOf = (network: string | undefined) => network?.replace(/::\/\d+$/, '::1') ?? null
