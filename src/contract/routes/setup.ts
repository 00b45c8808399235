import * as z from 'zod'
import { route } from '../route.ts'
import { nothing } from '../schemas.ts'

const undo = z.boolean().default(false).describe('take an earlier set-up back')
const reaches = z.boolean().describe('whether programs on this machine that look up a name reach Berth')

/** The one step that concerns the whole machine: its resolver, and which engine is used. */
export const setupRoutes = {
  'setup.preview': route({
    summary: "What setting up names would change in this machine's resolver; nothing is touched.",
    kind: 'call',
    access: 'read',
    input: z.object({ undo }),
    output: z.object({
      suffix: z.string().describe('domain of the names'),
      method: z.string().nullable().describe('systemd-resolved, macos, networkmanager or resolv-conf'),
      inPlace: z.boolean().describe('nothing has to be changed'),
      changes: z.array(z.string()).describe('lines, as in a diff'),
      warnings: z.array(z.string()),
      reaches,
      rootCommand: z.array(z.string()).describe('does it, when run as root'),
    }),
  }),
  'setup.apply': route({
    summary: "Set up names in this machine's resolver, or take that back; NEEDS_ROOT unless the daemon is root's.",
    kind: 'call',
    access: 'admin',
    input: z.object({ undo }),
    output: z.object({ reaches }),
  }),
  'setup.activate': route({
    summary: 'Answer where a set-up made as root sends the questions of this machine.',
    kind: 'call',
    access: 'admin',
    input: nothing,
    output: z.object({ reaches }),
  }),
  'setup.engine': route({
    summary: 'Choose the container engine; takes effect when the daemon starts anew.',
    kind: 'call',
    access: 'admin',
    input: z.object({
      engine: z.string().max(4096).describe('docker, podman, or an address: unix:///…, tcp://…'),
      preview: z.boolean().default(false).describe('only look at it'),
    }),
    output: z.object({
      host: z.string().nullable().describe('null: DOCKER_HOST, then the docker context'),
      kind: z.string().nullable().describe('docker or podman; null where none answers now'),
      version: z.string().nullable(),
      limits: z.array(z.string()).describe('what it cannot do here'),
    }),
  }),
} as const
