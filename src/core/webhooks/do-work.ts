import { withoutRepository } from '../../lib/git-environment.ts'
import { lastLine } from '../../lib/last-line.ts'
import { AppError, toAppError } from '../errors.ts'
import type { WebhookDeps } from './deps.ts'
import { fetchBranch, fetchPull, sourceOf } from './fetch-source.ts'
import type { Delivery, WebhookRecord, Work } from './model.ts'
import { change, findWebhook } from './receive.ts'

/** Does what waits for a webhook, one after the other; a newer push takes the place of one that still waits. */
export async function doWork(deps: WebhookDeps, id: string, signal: AbortSignal): Promise<void> {
  await deps.locks.run(`webhook work ${id}`, async () => {
    while (!signal.aborted) {
      const webhook = await findWebhook(deps, id)
      const work = webhook?.pending[0]
      if (webhook === undefined || work === undefined) return
      const outcome = await attempt(deps, webhook, work, signal)
      // a daemon that stops finishes it when it is back
      if (signal.aborted) return
      await close(deps, webhook, work, outcome)
    }
  })
}

type Outcome = Pick<Delivery, 'result' | 'message'>

async function attempt(deps: WebhookDeps, webhook: WebhookRecord, work: Work, signal: AbortSignal): Promise<Outcome> {
  try {
    return { result: 'done', message: await carryOut(deps, webhook, work, signal) }
  } catch (error) {
    return { result: 'failed', message: toAppError(error).message }
  }
}

/** Returns what came of it, in words. */
async function carryOut(deps: WebhookDeps, webhook: WebhookRecord, work: Work, signal: AbortSignal): Promise<string> {
  const at = ['--context', webhook.context]
  const run = (words: readonly string[], directory = sourceOf(deps, webhook)) =>
    runBerth(deps, [...words, ...at], directory, signal)
  if (work.kind === 'deploy') {
    const commit = await fetchBranch(deps, webhook)
    const on = webhook.machines.length === 0 ? [] : ['--on', webhook.machines.join(',')]
    const strategy = webhook.strategy === null ? [] : ['--strategy', webhook.strategy]
    await run(['deploy', webhook.app, ...on, ...strategy])
    return `${commit.slice(0, 12)} is in production`
  }
  const [machine] = webhook.machines
  const on = machine === undefined ? [] : ['--on', machine]
  const env = [previewOf(work.number), '--project', `${webhook.app}-previews`, ...on]
  // an env of an earlier commit makes room: it was made from that one. It goes whatever became of its repository
  await run(['destroy', ...env, '--yes'], deps.paths.home).catch((error: unknown) => {
    if (!(error instanceof AppError) || error.details?.['code'] !== 'ENV_NOT_FOUND') throw error
  })
  if (work.kind === 'preview-end') return `${previewOf(work.number)} is gone`
  await fetchBranch(deps, webhook)
  const commit = await fetchPull(deps, webhook, work.number)
  await run(['create', ...env, '--from', commit])
  await run(['up', ...env])
  const { url } = (await run(['url', ...env])) as { url?: string }
  return `${previewOf(work.number)} is up${url === undefined ? '' : ` at ${url}`}`
}

const previewOf = (number: number) => `pr-${number}`

/** Runs a command line of berth in a directory, as its user would; returns the `data` of its answer. */
async function runBerth(
  deps: WebhookDeps,
  words: readonly string[],
  directory: string,
  signal: AbortSignal,
): Promise<unknown> {
  const env = { ...withoutRepository(deps.environment), BERTH_HOME: deps.paths.home, NO_COLOR: '1' }
  const argv = [...deps.berthProgram, ...words, '--json']
  const { stdout, stderr } = await deps.host.run(argv, { cwd: directory, env, signal })
  const answer = parse(stdout)
  if (answer?.ok) return answer.data
  const { code = 'INTERNAL', message } = answer?.error ?? {}
  throw new AppError('WEBHOOK_WORK_FAILED', message ?? (lastLine(stderr) || 'berth did not answer'), {
    details: { code },
  })
}

interface Answer {
  ok: boolean
  data?: unknown
  error?: { code: string; message: string }
}

function parse(text: string): Answer | undefined {
  try {
    return JSON.parse(text) as Answer
  } catch {
    return undefined
  }
}

async function close(deps: WebhookDeps, webhook: WebhookRecord, work: Work, outcome: Outcome): Promise<void> {
  await change(deps, webhook.id, async (current) => {
    const pending = current.pending.filter((one) => one.delivery !== work.delivery)
    const deliveries = current.deliveries.map((one) => (one.id === work.delivery ? { ...one, ...outcome } : one))
    return { webhook: { ...current, pending, deliveries }, result: undefined }
  }).catch(() => undefined) // it was removed meanwhile
  const { repository, branch, app, context } = webhook
  await deps.events.tell({
    type: outcome.result === 'done' ? 'webhook.done' : 'webhook.failed',
    subject: app,
    context,
    data: { repository, branch, work: work.kind, delivery: work.delivery, message: outcome.message },
  })
}
