import { isAbsolute } from 'node:path'
import { isBranchName } from '../../lib/branch-name.ts'
import { requireContext } from '../contexts/contexts.ts'
import { AppError } from '../errors.ts'
import type { WebhookDeps } from './deps.ts'
import type { WebhookRecord } from './model.ts'

type Mapping = Omit<WebhookRecord, 'id' | 'secret' | 'createdAt' | 'pending' | 'seen' | 'deliveries'>

/** What `berth webhook map` asks for. */
export interface MapRequest extends Mapping {
  /** What the provider signs with; a new one is made where none is given. */
  secret: string | null
}

/** Has pushes to a branch deployed from now on. The secret is shown this once. Throws USAGE, CONTEXT_NOT_FOUND, WEBHOOK_EXISTS. */
export async function mapWebhook(
  deps: WebhookDeps,
  { secret: given, ...request }: MapRequest,
): Promise<{ webhook: WebhookRecord; secret: string }> {
  await requireContext(deps, request.context)
  refuseBad(request, given)
  const taken = (await deps.store.webhooks.all()).find((one) => isSame(one, request))
  if (taken !== undefined)
    throw new AppError(
      'WEBHOOK_EXISTS',
      `pushes to ${taken.branch} of ${taken.repository} lead to ${taken.app} already`,
      {
        hint: `berth webhook rm ${taken.id} first`,
      },
    )
  const secret = given ?? deps.ids.short(40)
  const webhook: WebhookRecord = {
    ...request,
    id: deps.ids.short(20),
    secret: await deps.sealer.seal({ secret }),
    createdAt: deps.clock.now().toISOString(),
    pending: [],
    seen: [],
    deliveries: [],
  }
  await deps.store.webhooks.put(webhook)
  return { webhook, secret }
}

const isSame = (one: WebhookRecord, { context, provider, repository, branch, app }: Mapping) =>
  one.context === context &&
  one.provider === provider &&
  one.repository === repository &&
  one.branch === branch &&
  one.app === app

/** Words of the user's that become arguments of git and of berth: none may be taken for an option, or lead elsewhere. */
function refuseBad({ repository, branch, app, source, machines }: Mapping, secret: string | null): void {
  const bad = (what: string, value: string, expected: string) =>
    new AppError('USAGE', `${JSON.stringify(value)} cannot be ${what}: expected ${expected}`)
  if (!/^\w[\w.-]*(\/\w[\w.-]*)+$/.test(repository))
    throw bad('a repository', repository, 'OWNER/NAME, such as acme/shop')
  if (!isBranchName(branch)) throw bad('a branch', branch, 'a name such as main or release/1')
  if (!/^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$/.test(app)) throw bad('an app', app, 'a-z, 0-9 and -, at most 40')
  if (!isSource(source))
    throw bad('where the code is', source, 'https://…, ssh://…, user@host:path or an absolute path')
  const machine = machines.find((one) => !/^[a-z0-9][a-z0-9.=_-]*$/.test(one))
  if (machine !== undefined) throw bad('a machine', machine, 'a name as berth machines shows it, all or label=…')
  if (secret !== null && secret.length < 16) throw bad('a secret', '***', 'at least 16 characters')
}

const isSource = (source: string) =>
  isAbsolute(source) || /^(https?|ssh|git):\/\/[^\s-]\S*$/.test(source) || /^[\w.-]+@[\w.-]+:[^\s-]\S*$/.test(source)

/** Throws WEBHOOK_NOT_FOUND. */
export async function requireWebhook({ store }: Pick<WebhookDeps, 'store'>, id: string): Promise<WebhookRecord> {
  const all = await store.webhooks.all()
  const found = all.find((one) => one.id === id) ?? onlyOne(all.filter(({ app }) => app === id))
  if (found === undefined) throw new AppError('WEBHOOK_NOT_FOUND', `there is no webhook ${id}`)
  return found
}

const onlyOne = <T>(all: readonly T[]) => (all.length === 1 ? all[0] : undefined)

/** Forgets a webhook and what it fetched; what was deployed stays. */
export async function removeWebhook(deps: WebhookDeps, id: string): Promise<WebhookRecord> {
  const webhook = await requireWebhook(deps, id)
  await deps.store.webhooks.remove(webhook.id)
  await deps.files.remove(deps.paths.webhook(webhook.id))
  return webhook
}
