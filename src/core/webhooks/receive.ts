import { AppError } from '../errors.ts'
import type { WebhookDeps } from './deps.ts'
import { eventOf, judge, withWork } from './judge.ts'
import type { Delivery, Told, WebhookRecord } from './model.ts'
import { readPayload } from './read-payload.ts'
import { digestOf, type Headers, isGenuine } from './verify.ts'

/** How many deliveries are shown, and how many bodies are remembered so that none is taken twice. */
const shown = 20
const remembered = 5000

/**
 * Takes what a provider sends. Only what is signed counts: a body is taken once, whatever delivery number comes with it, and
 * what is deployed is the branch as its repository has it, not as the sender says. Throws WEBHOOK_NOT_FOUND,
 * WEBHOOK_FORGED, USAGE.
 */
export async function receive(
  deps: WebhookDeps,
  id: string,
  { headers, body }: { headers: Headers; body: Buffer },
): Promise<Delivery | 'seen'> {
  const known = await findWebhook(deps, id)
  if (known === undefined) throw new AppError('WEBHOOK_NOT_FOUND', 'there is no such webhook')
  const { secret = '' } = await deps.sealer.open(known.secret)
  if (!isGenuine(known.provider, secret, headers, body))
    throw new AppError('WEBHOOK_FORGED', `what came for ${known.repository} was not signed with its secret`)
  const told = read(known, headers, body)
  const taken = await change<Delivery | 'seen'>(deps, id, async (webhook) => {
    const digest = digestOf(body)
    if (webhook.seen.includes(digest)) return { webhook, result: 'seen' }
    const { delivery, next } = take(deps, webhook, told)
    return { webhook: { ...next, seen: [...next.seen, digest].slice(-remembered) }, result: delivery }
  })
  if (taken !== 'seen' && taken.result === 'waiting') await tellReceived(deps, known, taken)
  return taken
}

const tellReceived = ({ events }: WebhookDeps, { app, context, repository }: WebhookRecord, { id, event }: Delivery) =>
  events.tell({ type: 'webhook.received', subject: app, context, data: { repository, event, delivery: id } })

function read({ provider }: WebhookRecord, headers: Headers, body: Buffer): Told {
  try {
    return readPayload(provider, headers, body.toString())
  } catch (cause) {
    throw new AppError('USAGE', `this is nothing ${provider} sends`, { cause })
  }
}

function take(deps: WebhookDeps, webhook: WebhookRecord, told: Told): { delivery: Delivery; next: WebhookRecord } {
  const id = deps.ids.short(8)
  const work = judge(webhook, told, id)
  const isWork = typeof work !== 'string'
  const delivery: Delivery = {
    id,
    at: deps.clock.now().toISOString(),
    event: eventOf(told),
    commit: 'commit' in told ? told.commit : null,
    result: isWork ? 'waiting' : 'ignored',
    message: isWork ? '' : work,
  }
  const { pending, replaced } = isWork ? withWork(webhook.pending, work) : { pending: webhook.pending, replaced: [] }
  const overtaken = new Set(replaced.map((one) => one.delivery))
  const before = webhook.deliveries.map((one) =>
    overtaken.has(one.id) ? { ...one, result: 'ignored' as const, message: 'a newer one came' } : one,
  )
  return { delivery, next: { ...webhook, pending, deliveries: [delivery, ...before].slice(0, shown) } }
}

/** Changes a webhook as it is now; one that is gone by then stays gone. */
export async function change<T>(
  deps: Pick<WebhookDeps, 'store' | 'locks'>,
  id: string,
  work: (webhook: WebhookRecord) => Promise<{ webhook: WebhookRecord; result: T }>,
): Promise<T> {
  return deps.locks.run(`webhook record ${id}`, async () => {
    const current = await findWebhook(deps, id)
    if (current === undefined) throw new AppError('WEBHOOK_NOT_FOUND', 'there is no such webhook')
    const { webhook, result } = await work(current)
    await deps.store.webhooks.put(webhook)
    return result
  })
}

/** The webhook as it is now; undefined once it is gone. */
export const findWebhook = async ({ store }: Pick<WebhookDeps, 'store'>, id: string) =>
  (await store.webhooks.all()).find((one) => one.id === id)
