import { sees } from '../../core/access/grants.ts'
import { nameOf } from '../../core/access/model.ts'
import { type BroughtBack, diffEnv, mergeEnv, pullEnv } from '../../core/envs/bring-back.ts'
import { composeInEnv } from '../../core/envs/compose.ts'
import { createEnv } from '../../core/envs/create.ts'
import { destroyEnv } from '../../core/envs/destroy.ts'
import { downEnv } from '../../core/envs/down.ts'
import { envVariables } from '../../core/envs/env-variables.ts'
import { execInEnv } from '../../core/envs/exec.ts'
import { qualifiedName } from '../../core/envs/name.ts'
import { listEnvs, showEnv, showRecord } from '../../core/envs/show-envs.ts'
import { upEnv } from '../../core/envs/up.ts'
import { listNames } from '../../core/names/list-names.ts'
import type { DaemonDeps } from '../dependencies.ts'
import type { CallContext, Handlers } from './app.ts'
import { streamLogs } from './logs.ts'
import { seenDeps } from './seen-deps.ts'

/** Routes of envs → use cases. */
export function envHandlers(deps: DaemonDeps): Pick<Handlers, Extract<keyof Handlers, `env.${string}`>> {
  return {
    'env.create': async (input, scope) => ({ env: await showRecord(deps, await createEnv(deps, input, scope)) }),
    'env.up': async (input, scope) => {
      const { env, findings } = await upEnv(deps, input, scope)
      return { env: await showRecord(deps, env), findings }
    },
    'env.down': async (input, scope) => ({ env: await showRecord(deps, await downEnv(deps, input, scope)) }),
    'env.destroy': async (input, scope) => {
      const { project, name, workspace } = await destroyEnv(deps, input, scope)
      return { project, name, workspace: input.keepWorkspace ? workspace : null }
    },
    'env.list': async ({ project }, { caller }) => ({ envs: await listEnvs(seenDeps(deps, caller), project) }),
    'env.status': async ({ env }) => ({ env: await showEnv(deps, env) }),
    // of all envs, for which of them has a short name is decided among all
    'env.names': async (input, { caller }) => {
      const { names, ...found } = await listNames(deps, input)
      return { ...found, names: names.filter(({ project }) => sees(caller, project)) }
    },
    'env.variables': async ({ env }) => ({ names: await envVariables(deps, env) }),
    'env.exec': (input) => execInEnv(deps, input),
    'env.diff': ({ env, stat }) => diffEnv(deps, env, { stat }),
    'env.pull': async (input, by) => shown(await told(deps, by, await pullEnv(deps, input), { merged: false })),
    'env.merge': async (input, by) => {
      const merged = await told(deps, by, await mergeEnv(deps, input), { merged: true })
      return { ...shown(merged), fastForward: merged.fastForward }
    },
    'env.logs': (input, signal) => streamLogs(deps, input, signal),
    'env.compose': (input) => composeInEnv(deps, input),
  }
}

/** Tells what was brought back as an event; returns it. */
async function told<B extends BroughtBack>(
  { events }: DaemonDeps,
  { caller }: CallContext,
  brought: B,
  { merged }: { merged: boolean },
) {
  const { env, branch, commit, commits } = brought
  const data = { branch, commit, commits, merged }
  await events.tell({ type: 'env.pulled', subject: qualifiedName(env), actor: nameOf(caller), data })
  return brought
}

function shown({ env, branch, commit, commits, mixed }: BroughtBack) {
  return { project: env.project, name: env.name, branch, commit, commits, mixed }
}
