import * as z from 'zod'
import { route } from '../route.ts'

const name = z.string().max(253)
const context = z.string().max(40).default('default')
const by = z.string().max(200).default('berth').describe('user@host of who asks')
const identity = z.string().max(100_000).nullable().default(null).describe("private keys from the caller's environment")

const addon = z.object({
  name: z.string().regex(/^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$/),
  pack: z.enum(['postgres', 'mysql', 'redis', 'nats', 'minio', 'backup']),
  image: z.string().min(1).max(500).optional(),
  schedule: z.string().max(200).optional(),
  keep: z.number().int().min(1).optional(),
})

const backup = z.object({ addon: z.string(), name: z.string().describe('of its file: when it was made') })
const made = backup.extend({
  stoppedMs: z.number().optional().describe('how long its server was stopped for it, until it was ready again, ms'),
})

const sentId = z
  .string()
  .regex(/^[0-9a-f]{16}$/)
  .describe('chosen by who sends')
const sha256 = z.string().regex(/^[0-9a-f]{64}$/)

/** Servers that come with an app, and their data. */
export const addonRoutes = {
  'addon.add': route({
    summary: 'Have a server come with an app from its next deploy on, with a password of its own in the vault.',
    kind: 'call',
    access: 'operate',
    // it writes into the vault of the machine's owner
    programs: true,
    input: z.object({ context, app: name, addon, identity }),
    output: z.object({ addon, secrets: z.array(z.string()).describe('names of what was put into the vault') }),
  }),
  'addon.remove': route({
    summary: 'Have it go with the next deploy; its data and its password stay.',
    kind: 'call',
    access: 'operate',
    input: z.object({ context, app: name, addon: z.string().max(60) }),
    output: z.object({ removed: z.string() }),
  }),
  'addon.list': route({
    summary: 'What berth app addon add has added to an app.',
    kind: 'call',
    access: 'read',
    input: z.object({ context, app: name }),
    output: z.object({ addons: z.array(addon) }),
  }),
  'app.backup': route({
    summary: 'Dump the data of the add-ons of an app on this machine.',
    kind: 'operation',
    access: 'operate',
    input: z.object({
      context,
      app: name,
      addon: z.string().max(60).optional(),
      keep: z.number().int().min(1).optional(),
      by,
    }),
    output: z.object({ backups: z.array(made) }),
  }),
  'app.backups': route({
    summary: 'Dumps of an app on this machine, the newest first.',
    kind: 'call',
    access: 'read',
    input: z.object({ context, app: name }),
    output: z.object({ backups: z.array(backup) }),
  }),
  'app.restore': route({
    summary: 'Put the data of an add-on back as it was when it was dumped.',
    kind: 'operation',
    access: 'operate',
    input: z.object({
      context,
      app: name,
      addon: z.string().max(60),
      backup: z.string().max(100).optional().describe('its name; the newest when absent'),
      sent: z
        .object({ id: sentId, sha256 })
        .optional()
        .describe('one that was sent by dump.send, in place of those there are'),
      by,
    }),
    output: backup,
  }),
  'dump.read': route({
    summary: 'A dump itself: an event with its name and size, its bytes, an event with its digest.',
    kind: 'bytes',
    access: 'operate',
    input: z.object({
      context,
      app: name,
      addon: z.string().max(60),
      backup: z.string().max(100).optional().describe('its name; the newest when absent'),
    }),
    output: z.string().describe('frames of output, between two events'),
  }),
  'dump.send': route({
    summary: 'Send a piece of a dump to be restored; what is sent first begins it anew.',
    kind: 'call',
    access: 'operate',
    input: z.object({
      context,
      app: name,
      addon: z.string().max(60),
      id: sentId,
      offset: z.number().int().min(0),
      base64: z.string().max(8_000_000),
    }),
    output: z.object({ bytes: z.number().int().describe('how much is there') }),
  }),
} as const
