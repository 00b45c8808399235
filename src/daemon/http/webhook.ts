import { createHmac } from 'node:crypto'
import { request } from 'node:http'
import { text } from 'node:stream/consumers'
import { AppError } from '../../core/errors.ts'
import { mapWebhook, removeWebhook, requireWebhook } from '../../core/webhooks/map-webhook.ts'
import type { Provider, WebhookRecord } from '../../core/webhooks/model.ts'
import type { DaemonDeps } from '../dependencies.ts'
import type { Handlers } from './app.ts'

/** Routes of webhooks → use cases. */
export function webhookHandlers(deps: DaemonDeps): Pick<Handlers, Extract<keyof Handlers, `webhook.${string}`>> {
  return {
    'webhook.map': async (input) => {
      const { webhook, secret } = await mapWebhook(deps, input)
      return { webhook: view(webhook), secret, listens: deps.hooksAt() }
    },
    'webhook.list': async ({ context }) => ({
      webhooks: (await deps.store.webhooks.all()).filter((one) => one.context === context).map(view),
      listens: deps.hooksAt(),
    }),
    'webhook.test': async ({ id }) => {
      const webhook = await requireWebhook(deps, id)
      return { id: webhook.id, ...(await ping(deps, webhook)) }
    },
    'webhook.remove': async ({ id }) => ({ webhook: view(await removeWebhook(deps, id)) }),
  }
}

/** What is to be done is told by the deliveries; the secret and what was seen by nobody. */
function view({ secret: _secret, seen: _seen, pending: _pending, ...shown }: WebhookRecord) {
  return { ...shown, path: `/hooks/${shown.id}` }
}

/** Goes the way a provider's request goes, but for the network between. */
async function ping(deps: DaemonDeps, { id, provider, secret }: WebhookRecord) {
  const listens = deps.hooksAt()
  if (listens === null) throw new AppError('WEBHOOK_CLOSED', 'nothing listens for webhooks on this machine')
  const { secret: key = '' } = await deps.sealer.open(secret)
  // a body of its own: one that was seen before is not taken twice
  const body = JSON.stringify({ zen: `a test at ${deps.clock.now().toISOString()}` })
  const { hostname, port } = new URL(`http://${listens.replace(/^(0\.0\.0\.0|\[::\])/, '127.0.0.1')}`)
  const sent = request({
    host: hostname.replaceAll(/[[\]]/g, ''),
    port,
    method: 'POST',
    path: `/hooks/${id}`,
    headers: { 'content-type': 'application/json', ...signed(provider, key, body) },
    timeout: 10_000,
  })
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number; message: string }>()
  sent.on('error', reject)
  sent.on('response', (response) => {
    text(response).then((message) => resolve({ status: response.statusCode ?? 0, message: message.trim() }), reject)
  })
  sent.end(body)
  return promise
}

function signed(provider: Provider, secret: string, body: string): Record<string, string> {
  if (provider === 'gitlab') return { 'x-gitlab-event': 'ping', 'x-gitlab-token': secret }
  const signature = createHmac('sha256', secret).update(body).digest('hex')
  if (provider === 'github') return { 'x-github-event': 'ping', 'x-hub-signature-256': `sha256=${signature}` }
  return { 'x-gitea-event': 'ping', 'x-gitea-signature': signature }
}
