import { join } from 'node:path'
import { AppError } from '../../errors.ts'
import type { OperationScope } from '../../operations/run-steps.ts'
import { type BundleDeps, type MadeBundle, makeBundle } from '../make-bundle.ts'
import { withStage } from '../stages.ts'
import { checkOut, follows, tipOf } from './check-out.ts'
import type { RemoteDeps } from './deps.ts'
import { judgePush, readUpdates } from './judge-push.ts'
import type { Push, RemoteRecord } from './model.ts'
import { lockOf, requireRemote } from './remotes.ts'
import { filesOf, type RemoteName } from './repository.ts'

/** A push that is about to be taken. */
export interface PushRequest extends RemoteName, Push {
  /** Who pushes, and the process that takes the push, once we let it. */
  by: string
  pid: number
  allowPlaintext: boolean
}

/** A release of what was pushed; null: only tags came. */
export interface ReceivedPush {
  remote: RemoteRecord
  notes: string[]
  release: (MadeBundle & { commit: string }) | null
}

/** Who is pushing where; see `createPushClaims`. */
export interface PushClaims {
  /** Takes a place for a process, for as long as that lives; what somebody else is who has it, undefined where nobody did. */
  take(place: string, holder: { by: string; pid: number }): string | undefined
}

/**
 * Makes a release of what is being pushed, before git takes it. One push at a time: until the process that takes it is gone its branch
 * is not where the next one has to begin. Throws REMOTE_NOT_FOUND, APP_LOCKED, PUSH_REFUSED, PUSH_FAILED, and what making a
 * release throws.
 */
export async function receivePush(
  deps: RemoteDeps & BundleDeps & { pushClaims: PushClaims },
  request: PushRequest,
  scope: OperationScope,
): Promise<ReceivedPush> {
  const remote = await requireRemote(deps, request)
  const other = deps.pushClaims.take(lockOf(remote), request)
  if (other !== undefined)
    throw new AppError('APP_LOCKED', `${other} is pushing to ${remote.app}`, {
      stage: 'lock',
      hint: 'push again once that is done',
    })
  return deps.locks.run(lockOf(remote), async () => {
    const { deploy, notes } = judgePush(readUpdates(request.updates), remote)
    if (deploy === null) return { remote, notes, release: null }
    await refuseObjects(deps, remote, request)
    const { commit, before } = deploy
    if ((await tipOf(deps, remote)) !== before)
      throw new AppError('PUSH_REFUSED', `${remote.branch} has moved since you looked`, {
        stage: 'preflight',
        hint: 'git fetch berth, and push again',
      })
    if (before !== null && !(await follows(deps, remote, request, { commit, before })))
      notes.push(`${remote.branch} leaves ${before.slice(0, 7)} behind`)
    notes.push(...(await checkOut(deps, remote, request, commit)))
    const bundle = () => makeBundle(deps, bundleOf(deps, remote, request), scope)
    const made = await withStage('bundle', bundle).catch((error: unknown) => Promise.reject(fromAfar(error, remote)))
    return { remote, notes, release: { ...made, commit } }
  })
}

/** What is to be done about secrets is done on this machine, and typed on the pusher's. */
function fromAfar(thrown: unknown, { app, machine }: RemoteRecord): unknown {
  if (!(thrown instanceof AppError)) return thrown
  const { code, message, stage = 'bundle', details } = thrown
  const on = machine === 'local' ? '' : ` --on ${machine}`
  const { variable, file } = details as { variable?: string; file?: string }
  const hints: Partial<Record<string, string>> = {
    VAULT_UNTRUSTED: `if that is as it should be: berth vault trust --file ${file}${on}, and push again`,
    VAULT_LOCKED: `let this machine read it, and push again: berth vault recipients --add ${machine}=$(berth secret key${on})`,
    ...(variable !== undefined && {
      COMPOSE_INVALID: `berth secret set ${variable} --app ${app}${on}, and push again`,
    }),
  }
  const hint = hints[code]
  return hint === undefined ? thrown : new AppError(code, message, { hint, stage, details, cause: thrown })
}

function bundleOf(deps: RemoteDeps, remote: RemoteRecord, { allowPlaintext }: PushRequest) {
  const { app, context, directory } = remote
  return {
    directory: join(filesOf(deps, remote).tree, directory),
    app,
    context,
    allowPlaintext,
    // secrets come from the vaults and the `.env` of this machine: a push carries none
    variables: {},
    identity: null,
  }
}

/** Objects are read from where git keeps them until a push is taken, and from nowhere else. */
async function refuseObjects(deps: RemoteDeps, remote: RemoteRecord, { objects }: Push): Promise<void> {
  const repository = await deps.files.realPath(filesOf(deps, remote).repository)
  const given = objects === null ? undefined : await deps.files.realPath(objects)
  if (objects === null || given === `${repository}/objects` || given?.startsWith(`${repository}/objects/`)) return
  throw new AppError('USAGE', `${objects} is no directory of objects of ${repository}`)
}
