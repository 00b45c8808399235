import * as z from 'zod'
import { route } from '../route.ts'

/** Absolute: a relative one would be below wherever berthd was started. */
const path = z.string().max(4096).regex(/^\//, { error: 'expected an absolute path' })
const name = z.string().max(200)
/** Private keys of age; never logged, answered or kept. */
const privateKeys = z.string().max(10_000)

/** From where a command looks at vaults; the core judges the names. */
const view = {
  context: name.default('default'),
  directory: path.describe("absolute path the caller stands in: the project's vault is looked for from here upward"),
  file: path.nullable().default(null).describe("absolute path of the vault file; null: the project's, if it has one"),
  app: name.nullable().default(null),
  machine: name.nullable().default(null),
  identity: privateKeys.nullable().default(null).describe("private keys from the caller's environment"),
}

const scope = z.enum(['context', 'file', 'app', 'machine'])
const recipient = z.object({ key: z.string().describe('age1…'), name: z.string() })
const identityPlace = z.enum(['environment', 'file', 'keychain'])
const trust = z.enum(['own', 'first-use', 'trusted', 'changed'])

const identityView = z.object({
  recipient: z.string().describe('the public key, age1…'),
  place: identityPlace,
  path: z.string().nullable(),
  made: z.boolean().describe('whether it was made just now'),
})

const change = z.object({
  file: z.string(),
  scope,
  changed: z.array(z.string()).describe('keys that are new, gone, or have another value now'),
  firstUse: z.boolean().describe('whether the recipients of the file were seen for the first time'),
})

const readers = z.object({
  file: z.string(),
  fingerprint: z.string().describe('over the sorted recipients'),
  trust,
  recipients: z.array(recipient),
})

const finding = z.object({
  severity: z.enum(['error', 'warning']),
  key: z.string().describe('empty: the file itself'),
  problem: z.string(),
  remedy: z.string(),
})

/** Vaults, and the secrets in them. Values travel over the user's own socket alone. */
export const vaultRoutes = {
  'vault.init': route({
    summary: "Make a project's vault, and the user's key where there is none.",
    kind: 'call',
    access: 'admin',
    programs: true,
    input: z.object({
      directory: path,
      file: path.nullable().default(null),
      recipients: z.array(recipient).default([]),
      identity: privateKeys.nullable().default(null),
    }),
    output: z.object({ file: z.string(), recipients: z.array(recipient), identity: identityView }),
  }),
  'vault.trust': route({
    summary: 'Trust the recipients a vault has now.',
    kind: 'call',
    access: 'admin',
    programs: true,
    input: z.object({ ...view, fingerprint: z.string().nullable().default(null).describe('refused when it differs') }),
    output: readers.omit({ trust: true }).extend({ before: trust }),
  }),
  'vault.recipients': route({
    summary: 'Who can read a vault; adding and removing encrypts every value anew.',
    kind: 'call',
    access: 'admin',
    programs: true,
    input: z.object({
      ...view,
      add: z.array(recipient).default([]),
      remove: z.array(z.string()).default([]).describe('public keys, or names'),
    }),
    output: readers,
  }),
  'vault.rotate': route({
    summary: 'Give the user a new key, and encrypt every vault in view for it.',
    kind: 'call',
    access: 'admin',
    programs: true,
    input: z.object({ ...view, forgetOld: z.boolean().default(false) }),
    output: z.object({ before: z.string(), after: z.string(), files: z.array(z.string()), oldKept: z.boolean() }),
  }),
  'vault.check': route({
    summary: 'Look for what is wrong with the vaults in view.',
    kind: 'call',
    access: 'admin',
    programs: true,
    input: z.object(view),
    output: z.object({
      vaults: z.array(z.object({ file: z.string(), values: z.number().int(), findings: z.array(finding) })),
    }),
  }),
  'vault.open': route({
    summary: 'The secrets in view with their values, for a program to run with.',
    kind: 'call',
    access: 'admin',
    programs: true,
    input: z.object(view),
    output: z.object({ values: z.record(z.string(), z.string()), firstUse: z.array(z.string()) }),
  }),
  'secret.set': route({
    summary: 'Set secrets in one vault.',
    kind: 'call',
    access: 'admin',
    programs: true,
    input: z.object({ ...view, secrets: z.record(z.string(), z.string()) }),
    output: change,
  }),
  'secret.import': route({
    summary: 'Take over the secrets of a dotenv, dotenvx or sops file.',
    kind: 'call',
    access: 'admin',
    programs: true,
    input: z.object({
      ...view,
      from: path,
      keys: z
        .object({ age: z.array(privateKeys).default([]), dotenvx: z.array(privateKeys).default([]) })
        .default({ age: [], dotenvx: [] }),
    }),
    output: change.extend({ read: z.number().int() }),
  }),
  'secret.get': route({
    summary: 'The value of one secret.',
    kind: 'call',
    access: 'admin',
    programs: true,
    input: z.object({ ...view, key: name }),
    output: z.object({ key: z.string(), value: z.string(), scope, file: z.string(), encrypted: z.boolean() }),
  }),
  'secret.unset': route({
    summary: 'Take secrets out of one vault.',
    kind: 'call',
    access: 'admin',
    programs: true,
    input: z.object({ ...view, keys: z.array(name).min(1) }),
    output: change,
  }),
  'secret.list': route({
    summary: 'Names of the secrets in view, and where each comes from.',
    kind: 'call',
    access: 'admin',
    programs: true,
    input: z.object(view),
    output: z.object({
      secrets: z.array(
        z.object({
          key: z.string(),
          scope,
          file: z.string(),
          encrypted: z.boolean(),
          overrides: z.array(scope).describe('wider scopes that have it too'),
        }),
      ),
      files: z.array(z.string()),
    }),
  }),
  'secret.key': route({
    summary: "The user's public key; made where there is none.",
    kind: 'call',
    access: 'admin',
    programs: true,
    input: z.object({
      identity: privateKeys.nullable().default(null),
      keepIn: z.enum(['file', 'keychain']).nullable().default(null).describe('move the private key there'),
    }),
    output: identityView,
  }),
} as const
