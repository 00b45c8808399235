import * as z from 'zod'
import type { Provider, Told } from './model.ts'
import type { Headers } from './verify.ts'

const commit = z.string().regex(/^[0-9a-f]{40}([0-9a-f]{24})?$/)
const name = z.string().max(300)

const push = z.object({ ref: name, after: commit, repository: z.object({ full_name: name }) })
const pull = z.object({
  action: name,
  number: z.number().int().positive(),
  repository: z.object({ full_name: name }),
  pull_request: z.object({ head: z.object({ sha: commit, repo: z.object({ full_name: name }).nullable() }) }),
})
const gitlabPush = z.object({ ref: name, after: commit, project: z.object({ path_with_namespace: name }) })
const gitlabMerge = z.object({
  project: z.object({ path_with_namespace: name, id: z.number() }),
  object_attributes: z.object({
    iid: z.number().int().positive(),
    action: name.optional(),
    source_project_id: z.number(),
    last_commit: z.object({ id: commit }),
  }),
})

const opening = ['opened', 'reopened', 'synchronize', 'synchronized', 'open', 'reopen', 'update']
const closing = ['closed', 'close', 'merge', 'merged']
const branches = 'refs/heads/'

/** What a provider tells. Throws a ZodError or SyntaxError for what no provider sends. */
export function readPayload(provider: Provider, headers: Headers, body: string): Told {
  const event = headers[`x-${provider}-event`] ?? ''
  const read = <T>(schema: z.ZodType<T>) => schema.parse(JSON.parse(body))
  if (provider === 'gitlab') return readGitlab(event, read)
  if (event === 'ping') return { kind: 'ping' }
  if (event === 'push') {
    const { ref, after, repository } = read(push)
    return pushOf(ref, after, repository.full_name)
  }
  if (event !== 'pull_request') return { kind: 'other', what: event }
  const { action, number, repository, pull_request: request } = read(pull)
  const { sha, repo } = request.head
  const isOwn = repo?.full_name === repository.full_name
  return pullOf(action, { repository: repository.full_name, number, isOwn, commit: sha })
}

function readGitlab(event: string, read: <T>(schema: z.ZodType<T>) => T): Told {
  if (event === 'Push Hook') {
    const { ref, after, project } = read(gitlabPush)
    return pushOf(ref, after, project.path_with_namespace)
  }
  if (event !== 'Merge Request Hook') return { kind: 'other', what: event }
  const { project, object_attributes: request } = read(gitlabMerge)
  const { iid: number, action = '', source_project_id: from, last_commit: last } = request
  const isOwn = from === project.id
  return pullOf(action, { repository: project.path_with_namespace, number, isOwn, commit: last.id })
}

function pushOf(ref: string, commit: string, repository: string): Told {
  if (!ref.startsWith(branches)) return { kind: 'other', what: `push of ${ref}` }
  if (/^0+$/.test(commit)) return { kind: 'other', what: `removal of ${ref}` }
  return { kind: 'push', repository, branch: ref.slice(branches.length), commit }
}

type Pull = Extract<Told, { kind: 'pull' }>

function pullOf(action: string, about: Omit<Pull, 'kind' | 'action'>): Told {
  if (opening.includes(action)) return { kind: 'pull', action: 'open', ...about }
  if (closing.includes(action)) return { kind: 'pull', action: 'close', ...about }
  return { kind: 'other', what: `pull request, ${action}` }
}
