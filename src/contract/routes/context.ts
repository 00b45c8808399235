import * as z from 'zod'
import { route } from '../route.ts'
import { nothing } from '../schemas.ts'

const name = z.string().max(1000)

/** What a context holds on this machine. */
const contextView = z.object({
  name: z.string(),
  current: z.boolean().describe('commands that name no context mean this one'),
  createdAt: z
    .string()
    .nullable()
    .describe('ISO 8601, UTC; null for default, and for one of somebody who deploys here'),
  machines: z.array(z.string()).describe('connected in it'),
  apps: z.array(z.string()).describe('on this machine'),
  vaults: z.array(z.string()).describe('in the state directory: `context`, `app shop`, `machine big-box`'),
})

const exportedMachines = z
  .array(
    z.strictObject({
      name: z.string().max(100),
      destination: z.string().min(1).max(300),
      tunnel: z.string().max(20),
    }),
  )
  .max(1000)

/** A context as it can be handed to somebody else; an unknown key is refused, so that nothing rides along. */
const contextExport = z.strictObject({
  format: z.literal('berth-context/1'),
  name: z.string().max(100),
  machines: exportedMachines,
})

/** Contexts: the boundary of machines, apps, secrets and events. */
export const contextRoutes = {
  'context.list': route({
    summary: 'All contexts, and what each holds here.',
    kind: 'call',
    access: 'read',
    input: nothing,
    output: z.object({ contexts: z.array(contextView) }),
  }),
  'context.show': route({
    summary: 'One context; the current one unless named.',
    kind: 'call',
    access: 'read',
    input: z.object({ name: name.optional() }),
    output: z.object({ context: contextView }),
  }),
  'context.create': route({
    summary: 'Make a context with nothing in it.',
    kind: 'call',
    access: 'admin',
    input: z.object({ name }),
    output: z.object({ context: contextView }),
  }),
  'context.use': route({
    summary: 'Have commands that name no context mean this one.',
    kind: 'call',
    access: 'admin',
    input: z.object({ name }),
    output: z.object({ context: contextView }),
  }),
  'context.remove': route({
    summary: 'Remove a context with its secrets and its history; its machines and apps have to be let go of before.',
    kind: 'call',
    access: 'admin',
    input: z.object({ name }),
    output: z.object({ context: contextView }),
  }),
  'context.export': route({
    summary: 'What a context is made of, to be handed to somebody else; nothing that opens anything.',
    kind: 'call',
    access: 'admin',
    input: z.object({ name: name.optional() }),
    output: z.object({ exported: contextExport }),
  }),
  'context.import': route({
    summary: 'Make a context from an export; its machines are not connected to by themselves.',
    kind: 'call',
    access: 'admin',
    input: z.object({ exported: contextExport, name: name.optional().describe('another name than it had') }),
    output: z.object({ context: contextView, machines: exportedMachines }),
  }),
} as const
