import { AppError } from '../errors.ts'
import type { Files } from '../ports.ts'

/** What choosing an engine may ask for. */
export interface ChooseEngineDeps {
  files: Pick<Files, 'exists'>
  environment: Readonly<Record<string, string | undefined>>
  asRoot: boolean
  saveEngine: (host: string | null) => Promise<void>
}

/**
 * Settles which container engine is used: `docker` (found as the docker program finds it), `podman` (its socket), or an
 * address. Returns the address, null for docker's own way. Throws ENGINE_UNAVAILABLE when a socket is not there, USAGE.
 */
export async function chooseEngine(deps: ChooseEngineDeps, engine: string): Promise<string | null> {
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
  await deps.saveEngine(host)
  return host
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
