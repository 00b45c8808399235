import { installHook, showHooks, uninstallHook } from '../../core/ci/hooks/change-hook.ts'
import { initPipeline } from '../../core/ci/init-pipeline.ts'
import { forgetPasses } from '../../core/ci/runs/forget-passes.ts'
import type { DaemonDeps } from '../dependencies.ts'
import type { CiParts } from '../open-ci.ts'
import type { Handlers } from './app.ts'

type Names = 'ci.init' | 'ci.forget' | 'ci.hook' | 'ci.hook.install' | 'ci.hook.uninstall'

/** Routes of setting up checks → use cases. */
export function ciSetupHandlers(deps: Omit<DaemonDeps, keyof CiParts> & CiParts): Pick<Handlers, Names> {
  return {
    'ci.init': async ({ directory, dryRun }) => {
      const { stages, ...result } = await initPipeline(deps, directory, dryRun)
      return { ...result, stages: stages.map(({ name }) => name) }
    },
    'ci.forget': async (input) => ({
      forgotten: await forgetPasses(deps, { ...input, ...plainRun }),
    }),
    'ci.hook': async ({ directory }) => ({ hooks: await showHooks(deps, directory) }),
    'ci.hook.install': async ({ directory, hook }) => ({ hook: await installHook(deps, directory, hook) }),
    'ci.hook.uninstall': async ({ directory, hook }) => ({ hook: await uninstallHook(deps, directory, hook) }),
  }
}

/** A run of which only the stages are of interest. */
const plainRun = { needed: true, all: false, on: [], noCache: false, fix: false, failFast: false, keepGoing: false }
