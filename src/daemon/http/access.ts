import { issueToken } from '../../core/access/issue-token.ts'
import { listAudit } from '../../core/access/list-audit.ts'
import { listTokens, viewToken } from '../../core/access/list-tokens.ts'
import { revokeToken } from '../../core/access/revoke-token.ts'
import type { DaemonDeps } from '../dependencies.ts'
import type { Handlers } from './app.ts'

type Routes = Extract<keyof Handlers, `token.${string}` | `audit.${string}`>

/** Routes of who may do what → use cases. */
export function accessHandlers(deps: DaemonDeps): Pick<Handlers, Routes> {
  const { access } = deps.store
  const own = { access, clock: deps.clock, ids: deps.ids }
  return {
    'token.issue': async (input, { caller }) => {
      const { token, record } = await issueToken(own, caller, input, deps.api?.fingerprint ?? null)
      return { token, record: await viewToken(own, record), api: deps.api }
    },
    'token.list': async (_, { caller }) => ({ tokens: await listTokens(own, caller), api: deps.api }),
    'token.revoke': async ({ id }, { caller }) => {
      const record = await revokeToken(own, caller, id)
      await deps.standing.check()
      return { record: await viewToken(own, record) }
    },
    'token.self': async (_, { caller }) => ({
      owner: caller.kind === 'owner',
      token: caller.kind === 'owner' ? null : await viewToken(own, caller.token),
      version: deps.version,
    }),
    'audit.list': async (input, { caller }) => {
      await deps.audit.flush()
      return { entries: await listAudit(own, caller, input) }
    },
  }
}
