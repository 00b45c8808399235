import { join } from 'node:path'
import { withoutRepository } from '../../lib/git-environment.ts'
import { lastLine } from '../../lib/last-line.ts'
import { AppError } from '../errors.ts'
import type { WebhookDeps } from './deps.ts'
import type { WebhookRecord } from './model.ts'

type SourceDeps = Pick<WebhookDeps, 'host' | 'files' | 'paths' | 'environment'>

/** Longest a fetch may take, ms. */
const patience = 10 * 60_000

/** Where the code of a webhook is checked out. Files git ignores stay there, a `.env` say. */
export const sourceOf = ({ paths }: Pick<WebhookDeps, 'paths'>, { id, app }: WebhookRecord) =>
  join(paths.webhook(id), app)

/** Brings the branch as its repository has it now, and checks it out. Returns its commit. Throws WEBHOOK_SOURCE_FAILED. */
export async function fetchBranch(deps: SourceDeps, webhook: WebhookRecord): Promise<string> {
  const directory = await cloned(deps, webhook)
  await git(deps, webhook, ['fetch', '--quiet', 'origin', `+refs/heads/${webhook.branch}:refs/berth/branch`], directory)
  await git(deps, webhook, ['checkout', '--quiet', '--force', '--detach', 'refs/berth/branch'], directory)
  await git(deps, webhook, ['clean', '--quiet', '-fd'], directory)
  return (await git(deps, webhook, ['rev-parse', 'refs/berth/branch'], directory)).trim()
}

/** Brings the last commit of a pull request. Returns the name it has here. Throws WEBHOOK_SOURCE_FAILED. */
export async function fetchPull(deps: SourceDeps, webhook: WebhookRecord, number: number): Promise<string> {
  const directory = await cloned(deps, webhook)
  const theirs = webhook.provider === 'gitlab' ? `refs/merge-requests/${number}/head` : `refs/pull/${number}/head`
  const ours = `refs/heads/pull-${number}`
  await git(deps, webhook, ['fetch', '--quiet', 'origin', `+${theirs}:${ours}`], directory)
  return (await git(deps, webhook, ['rev-parse', ours], directory)).trim()
}

async function cloned(deps: SourceDeps, webhook: WebhookRecord): Promise<string> {
  const directory = sourceOf(deps, webhook)
  if (await deps.files.exists(join(directory, '.git', 'berth-cloned'))) return directory
  // what a clone left that was cut off is no repository to go on with
  await deps.files.remove(directory)
  await deps.files.makeDirectory(deps.paths.webhook(webhook.id))
  await git(deps, webhook, ['clone', '--quiet', '--no-checkout', '--', webhook.source, directory])
  await deps.files.writeText(join(directory, '.git', 'berth-cloned'), '')
  return directory
}

async function git(
  deps: SourceDeps,
  { repository }: WebhookRecord,
  words: readonly string[],
  directory?: string,
): Promise<string> {
  const env = {
    ...withoutRepository(deps.environment),
    // never asks: nobody sits here
    GIT_TERMINAL_PROMPT: '0',
    GIT_SSH_COMMAND: deps.environment['GIT_SSH_COMMAND'] ?? 'ssh -o BatchMode=yes',
    // an address must not be able to run a program (ext::)
    GIT_ALLOW_PROTOCOL: 'file:git:http:https:ssh',
  }
  const where = directory === undefined ? [] : ['-C', directory]
  const options = { env, timeoutMs: patience }
  const { exitCode, stdout, stderr } = await deps.host.run(['git', ...where, ...words], options)
  if (exitCode === 0) return stdout
  const last = lastLine(stderr)
  throw new AppError('WEBHOOK_SOURCE_FAILED', `${repository} could not be fetched: ${last}`)
}
