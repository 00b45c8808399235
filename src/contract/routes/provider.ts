import * as z from 'zod'
import { route } from '../route.ts'
import { machineRoutes } from './machine.ts'

const context = z.string().max(100).default('default')
const name = z.string().max(100)
const token = z.string().max(1000).optional().describe("the provider's; the kept one when absent")

/** A machine that was rented. */
const cloudMachine = z.object({
  name: z.string(),
  provider: z.enum(['hetzner']),
  serverId: z.string().nullable().describe("the provider's; null until it has answered"),
  type: z.string(),
  region: z.string().nullable(),
  image: z.string(),
  address: z.string().nullable(),
  stopIdleSeconds: z.number().nullable().describe('without work, after which it is stopped'),
  stoppedAt: z.string().nullable(),
  createdAt: z.string(),
})

/** Machines that are rented from a provider. */
export const providerRoutes = {
  'machine.create': route({
    summary:
      'Rent a machine, wait until it has what Berth needs, and connect to it; taken up again where it was cut off.',
    kind: 'operation',
    access: 'admin',
    input: z.object({
      context,
      name,
      provider: z.enum(['hetzner']).default('hetzner'),
      type: z.string().min(1).max(100),
      region: z.string().min(1).max(100).optional().describe("the provider's choice when absent"),
      image: z.string().min(1).max(100).default('debian-13'),
      publicKey: z
        .string()
        .max(10_000)
        .regex(/^(ssh|ecdsa|sk)-[a-z0-9@.-]+ [A-Za-z0-9+/=]+( [^\r\n]*)?$/, {
          error: 'expected an OpenSSH public key',
        }),
      stopIdleSeconds: z.number().positive().nullable().default(null),
      providerToken: token,
      agent: z.string().max(4096).optional().describe("socket of the caller's SSH agent (SSH_AUTH_SOCK)"),
    }),
    output: machineRoutes['machine.connect'].output.extend({ cloud: cloudMachine }),
  }),
  'machine.destroy': route({
    summary: 'Give a rented machine back, with all that is on it.',
    kind: 'operation',
    access: 'admin',
    input: z.object({ context, name, providerToken: token }),
    output: z.object({ cloud: cloudMachine }),
  }),
  'machine.start': route({
    summary: 'Start a rented machine that was stopped.',
    kind: 'operation',
    access: 'admin',
    input: z.object({ name, providerToken: token }),
    output: z.object({ cloud: cloudMachine }),
  }),
  'machine.rented': route({
    summary: 'The machines that are rented; asks no provider.',
    kind: 'call',
    access: 'read',
    input: z.object({}),
    output: z.object({ machines: z.array(cloudMachine) }),
  }),
} as const
