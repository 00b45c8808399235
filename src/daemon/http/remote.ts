import type { Output } from '../../contract/routes.ts'
import { releaseId } from '../../core/deploy/bundle.ts'
import { linkClone, showClone, unlinkClone } from '../../core/deploy/remotes/clone.ts'
import { type ReceivedPush, receivePush } from '../../core/deploy/remotes/receive-push.ts'
import { addRemote, listRemotes, removeRemote } from '../../core/deploy/remotes/remotes.ts'
import type { DaemonDeps } from '../dependencies.ts'
import { createPushClaims } from '../push-claims.ts'
import type { Handlers } from './app.ts'

type Names = Extract<keyof Handlers, `remote.${string}` | `clone.${string}`>

/** Routes of deploys by git push → use cases. */
export function remoteHandlers(deps: DaemonDeps): Pick<Handlers, Names> {
  const pushDeps = { ...deps, pushClaims: createPushClaims() }
  return {
    'remote.add': async ({ by, ...request }) => ({ remote: await addRemote(deps, { ...request, createdBy: by }) }),
    'remote.list': async ({ context }) => ({ remotes: await listRemotes(deps, context) }),
    'remote.remove': async (input) => ({ remote: await removeRemote(deps, input) }),
    'remote.receive': async (input, scope) => viewOf(await receivePush(pushDeps, input, scope)),
    'clone.show': ({ directory }) => showClone(deps, directory),
    'clone.link': (input) => linkClone(deps, input),
    'clone.unlink': async ({ directory, url }) => ({ names: await unlinkClone(deps, directory, url) }),
  }
}

function viewOf({ remote, notes, release }: ReceivedPush): Output<'remote.receive'> {
  const { branch, machine } = remote
  if (release === null) return { branch, machine, notes, commit: null, release: null }
  const { bundle, secrets, firstUse, commit } = release
  const made = { id: releaseId(bundle), bundle, secrets, firstUse } as unknown as Output<'deploy.bundle'>
  return { branch, machine, notes, commit, release: made }
}
