import { dirname, join } from 'node:path'
import { toAppError } from '../core/errors.ts'
import type { Settings } from '../core/settings/model.ts'
import type { WebhookDeps } from '../core/webhooks/deps.ts'
import { doWork } from '../core/webhooks/do-work.ts'
import type { HookServer } from './hook-server.ts'

/** What pushes lead to, and the door they come in by. */
export interface Hooks extends Pick<WebhookDeps, 'berthProgram' | 'wakeWebhooks'> {
  /** Where they are taken, once that is open; null: nowhere. */
  hooksAt: () => string | null
}

interface Door {
  /** Takes them from now on, where the settings say so, and goes on with what was cut off. */
  open(): Promise<void>
  close(): Promise<void>
}

type HookParts = Omit<WebhookDeps, 'wakeWebhooks' | 'berthProgram'> & {
  settings: Settings
  log: (message: string) => void
}

/** Webhooks of a home; nothing is done after the signal aborts. */
export function prepareHooks(parts: HookParts, signal: AbortSignal): { hooks: Hooks; door: Door } {
  let server: HookServer | null = null
  const deps = { ...parts, berthProgram: berthProgram(), wakeWebhooks: wake }
  function wake(id: string): void {
    doWork(deps, id, signal).catch((error: unknown) => parts.log(`webhook ${id}: ${toAppError(error).message}`))
  }
  const goOn = async () => {
    for (const { id, pending } of await parts.store.webhooks.all()) if (pending.length > 0) wake(id)
  }
  const door: Door = {
    async open() {
      await goOn().catch((error: unknown) => parts.log(`webhooks: ${toAppError(error).message}`))
      if (parts.settings.webhook === null) return
      // loaded for the few that have one
      const { openHookServer } = await import('./hook-server.ts')
      server = await openHookServer(deps, parts.settings.webhook)
    },
    close: async () => server?.close(),
  }
  const { berthProgram: program, wakeWebhooks } = deps
  return { hooks: { berthProgram: program, wakeWebhooks, hooksAt: () => server?.address ?? null }, door }
}

/** The command line of `berth`, which lies beside this program. */
const berthProgram = () => [
  process.execPath,
  '--disable-warning=ExperimentalWarning',
  join(dirname(process.argv[1] ?? ''), 'berth.js'),
]
