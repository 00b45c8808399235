import type { RemoteDeps } from './deps.ts'
import { findRemotes } from './remotes.ts'
import { filesOf, hookText, makeRepository } from './repository.ts'

/** Remotes whose pushes would be taken without a deploy, or by a Berth that is gone, each with what mends it. */
export async function staleHooks(
  deps: RemoteDeps,
): Promise<{ hook: string; app: string; renew: () => Promise<void> }[]> {
  const found = await findRemotes(deps)
  const stale = await Promise.all(
    found.map(async ({ record }) => {
      if (record === undefined) return []
      const { hook } = filesOf(deps, record)
      const isOurs = (await deps.files.readText(hook)) === hookText(deps, record)
      const isProgram = ((await deps.files.mode(hook)) ?? 0) & 0o100
      if (isOurs && isProgram) return []
      return [{ hook, app: record.app, renew: () => makeRepository(deps, record) }]
    }),
  )
  return stale.flat()
}

/** Has every hook lead to this Berth: another version lies elsewhere. */
export async function renewHooks(deps: RemoteDeps): Promise<void> {
  for (const { renew } of await staleHooks(deps)) await renew()
}
