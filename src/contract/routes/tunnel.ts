import ipaddr from 'ipaddr.js'
import * as z from 'zod'
import { route } from '../route.ts'
import { nothing } from '../schemas.ts'

const publicKey = z.string().max(44).describe('of WireGuard, base64')
const network = z
  .string()
  .max(18)
  .refine((text) => ipaddr.IPv4.isValidCIDRFourPartDecimal(text), {
    error: 'expected an IPv4 network',
  })
const peer = z.string().min(1).max(300).describe('who asks: the same words each time')
const networks = z.array(z.string()).describe('of the envs here')

/** This machine's end of the tunnels that others have to it. */
export const tunnelRoutes = {
  'tunnel.accept': route({
    summary: 'Let a WireGuard peer reach the envs of this machine, and nothing else here; safe to repeat.',
    kind: 'call',
    access: 'admin',
    input: z.object({
      publicKey,
      addresses: z.array(z.string().max(15)).min(1).max(32).describe('it could have in the tunnel, the best first'),
    }),
    output: z.object({
      publicKey,
      port: z.number().int().describe('UDP'),
      address: z.string().describe('of this machine in the tunnel'),
      echoPort: z.number().int().describe('UDP, at that address: sends back what it is sent'),
      peerAddress: z.string().describe('the one of its addresses the peer is to have'),
      networks,
    }),
  }),
  'tunnel.leave': route({
    summary: 'Shut a WireGuard peer out; with the last one the tunnel goes.',
    kind: 'call',
    access: 'admin',
    input: z.object({ publicKey }),
    output: nothing,
  }),
  'tunnel.networks': route({
    summary: 'The networks of the envs of this machine.',
    kind: 'call',
    access: 'read',
    input: nothing,
    output: z.object({ networks }),
  }),
  'tunnel.advertise': route({
    summary:
      "Have this machine's Tailscale advertise the networks of its envs, beside the user's own routes; safe to repeat.",
    kind: 'call',
    access: 'admin',
    input: z.object({ peer, afresh: z.boolean().describe('also looks after the firewall') }),
    output: z.object({
      node: z.string().describe('of this machine in its tailnet: its public key'),
      routes: z.array(z.string()).describe('that hold the networks of the envs here'),
      isOpen: z.boolean().describe('whether the firewall here is sure to let them through'),
    }),
  }),
  'tunnel.withdraw': route({
    summary: 'No longer want what tunnel.advertise did; with the last one who does, the routes are taken back.',
    kind: 'call',
    access: 'admin',
    input: z.object({ peer }),
    output: nothing,
  }),
  'tunnel.node': route({
    summary: "This machine's node in its tailnet.",
    kind: 'call',
    access: 'read',
    input: nothing,
    output: z.object({ node: z.string().nullable().describe('its public key; null where it is in none') }),
  }),
  'tunnel.pool': route({
    summary: 'Have new envs of this machine get addresses that are clear of these networks.',
    kind: 'call',
    access: 'admin',
    input: z.object({
      clear: z.array(network).max(5000).describe('in use elsewhere'),
      within: network.describe('where the new pool is to lie'),
    }),
    output: z.object({
      pool: z.string(),
      moved: z.boolean(),
      fixed: z.boolean().describe('config.toml names it, so it stays'),
      envs: z
        .array(z.object({ project: z.string(), name: z.string(), subnet: z.string() }))
        .describe('that keep other addresses until they are down and come up again'),
    }),
  }),
} as const
