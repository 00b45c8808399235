import { AppError } from '../errors.ts'
import type { EngineInfo } from '../ports/engine.ts'
import type { Files } from '../ports.ts'

/** What choosing an engine may ask for. */
export interface ChooseEngineDeps {
  files: Pick<Files, 'exists'>
  environment: Readonly<Record<string, string | undefined>>
  asRoot: boolean
  saveEngine: (host: string | null) => Promise<void>
  /** What the engine at an address is. Throws ENGINE_UNAVAILABLE and the like. */
  lookAtEngine: (host: string | null) => Promise<EngineInfo>
}

/** An engine one may choose. `kind` and `version` are null where docker's own way leads to none just now. */
export interface EngineChoice {
  host: string | null
  kind: string | null
  version: string | null
  limits: string[]
}

/**
 * Settles which container engine is used: `docker` (found as the docker program finds it), `podman` (its socket), or an
 * address; with `preview` it is only looked at. Throws ENGINE_UNAVAILABLE when nobody answers at an address, USAGE.
 */
export async function chooseEngine(
  deps: ChooseEngineDeps,
  { engine, preview }: { engine: string; preview: boolean },
): Promise<EngineChoice> {
  const choice = await lookAt(deps, engine)
  if (!preview) await deps.saveEngine(choice.host)
  return choice
}

async function lookAt(deps: ChooseEngineDeps, engine: string): Promise<EngineChoice> {
  const host = hostOf(deps, engine)
  const socket = host?.startsWith('unix://') ? host.slice('unix://'.length) : undefined
  if (socket !== undefined && !(await deps.files.exists(socket))) {
    throw new AppError('ENGINE_UNAVAILABLE', `there is no engine at ${host}`, {
      hint:
        engine === 'podman'
          ? 'systemctl enable --now podman.socket (rootless: systemctl --user …)'
          : 'check the address',
    })
  }
  try {
    const { kind, engineVersion, limits } = await deps.lookAtEngine(host)
    return { host, kind, version: engineVersion, limits }
  } catch (error) {
    // back to docker is always possible, also while it does not run
    if (host !== null) throw error
    return { host, kind: null, version: null, limits: [] }
  }
}

function hostOf({ asRoot, environment }: ChooseEngineDeps, engine: string): string | null {
  if (engine === 'docker') return null
  if (engine === 'podman')
    return asRoot
      ? 'unix:///run/podman/podman.sock'
      : `unix://${environment['XDG_RUNTIME_DIR'] ?? '/run'}/podman/podman.sock`
  if (/^(unix|tcp):\/\/./.test(engine)) return engine
  throw new AppError('USAGE', `${engine} is no engine`, { hint: 'docker, podman, unix:///path or tcp://host:port' })
}
