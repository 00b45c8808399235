import * as z from 'zod'
import { route } from '../route.ts'
import { envRef } from '../schemas.ts'

const bytes = z.string().max(8192).describe('bytes as latin1')
const oid = z.string().regex(/^[0-9a-f]{40,64}$/)
const format = z.enum(['sha1', 'sha256'])
const mirrorName = {
  key: z.string().max(100).describe('identity of the BERTH_HOME and the directory it is a copy of'),
  name: z.string().max(255).describe("the directory's name"),
}

const repository = z.object({
  head: oid.nullable(),
  branch: z.string().max(1000).nullable(),
  index: oid.nullable().describe('what is staged: a tree or commit'),
  refs: z.record(z.string().max(1000), oid),
  shallow: z.array(oid),
  partial: z.boolean(),
  settings: z.array(z.tuple([z.string(), z.string()])),
  exclude: z.string(),
  sparse: z.object({ patterns: z.string(), absent: z.array(bytes) }).nullable(),
  underWay: z
    .object({
      heads: z.object({
        MERGE_HEAD: z.array(oid).optional(),
        CHERRY_PICK_HEAD: z.array(oid).optional(),
        REVERT_HEAD: z.array(oid).optional(),
      }),
      texts: z.object({ MERGE_MSG: z.string().optional(), MERGE_MODE: z.string().optional() }),
      unmerged: z.array(
        z.object({ mode: z.string().regex(/^1[0-7]{5}$/), oid, stage: z.number().int().min(1).max(3), path: bytes }),
      ),
    })
    .nullable()
    .default(null)
    .describe('a merge, cherry-pick or revert that waits for hands'),
})

const pack = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('none') }),
  z.object({ kind: z.literal('inline'), base64: z.string() }),
  z.object({ kind: z.literal('file'), name: z.string().max(100).describe('brought to `incoming` before') }),
])

/** Copies of projects of other machines, kept for the envs made of them; and the way of their work back. */
export const mirrorRoutes = {
  'mirror.prepare': route({
    summary: 'How the copy of a project of another machine stands; its directory is made.',
    kind: 'call',
    access: 'admin',
    input: z.object({ ...mirrorName, fingerprint: z.string().max(100) }),
    output: z.object({
      directory: z.string(),
      incoming: z.string().describe('where pack files are brought to'),
      upToDate: z.boolean(),
      units: z.array(
        z.object({
          path: bytes,
          tips: z.array(oid).describe('objects it has, with all they lead to'),
          format,
          repository: z.boolean(),
          shallow: z.array(oid),
        }),
      ),
    }),
  }),
  'mirror.receive': route({
    summary: 'Bring the copy of a project of another machine up to date.',
    kind: 'call',
    access: 'admin',
    input: z.object({
      ...mirrorName,
      fingerprint: z.string().max(100),
      drop: z.array(bytes).describe('paths that go'),
      units: z
        .array(
          z.object({
            path: bytes.describe("'' for the project, else a repository inside"),
            format,
            state: oid.describe('commit of all files as they lie there'),
            empty: z.array(bytes).default([]).describe('directories in which nothing lies'),
            repository: repository.nullable(),
            pack,
          }),
        )
        .min(1),
    }),
    output: z.object({ directory: z.string() }),
  }),
  'mirror.results': route({
    summary: 'Commit what is uncommitted in an env and pack its work for a repository of another machine.',
    kind: 'call',
    access: 'operate',
    input: z.object({
      env: envRef,
      message: z.string().max(10_000).optional().describe('of the commit that takes in uncommitted work'),
      haves: z.array(oid).max(1000).describe('commits that repository has'),
    }),
    output: z.object({
      project: z.string(),
      name: z.string(),
      envId: z.string(),
      commit: z.string(),
      mixed: z.array(z.string()),
      mirror: z.object({ key: z.string(), prefix: z.string() }).nullable(),
      file: z.string().nullable().describe('a pack of git objects; null where there is nothing to send'),
    }),
  }),
} as const
