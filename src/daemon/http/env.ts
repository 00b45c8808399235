import { type BroughtBack, diffEnv, mergeEnv, pullEnv } from '../../core/envs/bring-back.ts'
import { composeInEnv } from '../../core/envs/compose.ts'
import { createEnv } from '../../core/envs/create.ts'
import { destroyEnv } from '../../core/envs/destroy.ts'
import { downEnv } from '../../core/envs/down.ts'
import { envVariables } from '../../core/envs/env-variables.ts'
import { execInEnv } from '../../core/envs/exec.ts'
import { listEnvs, showEnv, showRecord } from '../../core/envs/show-envs.ts'
import { upEnv } from '../../core/envs/up.ts'
import { listNames } from '../../core/names/list-names.ts'
import type { DaemonDeps } from '../dependencies.ts'
import type { Handlers } from './app.ts'
import { streamLogs } from './logs.ts'

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
    'env.list': async ({ project }) => ({ envs: await listEnvs(deps, project) }),
    'env.status': async ({ env }) => ({ env: await showEnv(deps, env) }),
    'env.names': (input) => listNames(deps, input),
    'env.variables': async ({ env }) => ({ names: await envVariables(deps, env) }),
    'env.exec': (input) => execInEnv(deps, input),
    'env.diff': ({ env, stat }) => diffEnv(deps, env, { stat }),
    'env.pull': async (input) => shown(await pullEnv(deps, input)),
    'env.merge': async (input) => {
      const merged = await mergeEnv(deps, input)
      return { ...shown(merged), fastForward: merged.fastForward }
    },
    'env.logs': (input, signal) => streamLogs(deps, input, signal),
    'env.compose': (input) => composeInEnv(deps, input),
  }
}

function shown({ env, branch, commit, commits }: BroughtBack) {
  return { project: env.project, name: env.name, branch, commit, commits }
}
