import { AppError } from '../../core/errors.ts'
import type { ContainerEngine, Host } from '../../core/ports.ts'
import { dockerEnvironment, execArgv } from './commands.ts'
import { createComposeVerbs } from './compose.ts'
import { findComposeProgram } from './compose-program.ts'
import { type Connection, connectTo, rememberConnection } from './connection.ts'
import type { Environment } from './endpoint.ts'
import { createObjectVerbs } from './objects.ts'
import { engineLimits, runHealthchecks } from './podman.ts'
import { watchPresence } from './presence.ts'

/** What the engine adapter needs: a machine to run `docker compose` on and the environment to find the engine by. */
export interface DockerDependencies {
  host: Host
  environment: Environment
}

/**
 * Docker, or Podman through its Docker-compatible socket: compose verbs by the `docker compose` program, everything
 * else by the engine's HTTP API. The engine is looked for at the first request, and again after one that failed.
 */
export function createDockerEngine({ host, environment }: DockerDependencies): ContainerEngine {
  const { connect, known } = rememberConnection(() => connectTo(host, environment))
  const { stop, ...objects } = createObjectVerbs(connect)
  const program = findComposeProgram(environment)
  // Podman has no BuildKit: Compose would ask for one that it cannot have
  const settings = () => (known()?.kind === 'podman' ? { ...environment, DOCKER_BUILDKIT: '0' } : environment)
  const pulse = async (project: string, signal: AbortSignal) => {
    const connection = await connect()
    if (connection.kind === 'podman') await runHealthchecks(connection.api, objects, project, signal)
  }
  const watch = async (signal: AbortSignal) => watchPresence(await connect(), signal)
  const compose = { ...objects, stop, pulse, connect, watchPresence: watch }
  return {
    ...objects,
    ...createComposeVerbs({ host, program, environment: settings, engine: compose }),
    loadImages: async (file) => {
      const env = dockerEnvironment(environment)
      const { exitCode, stderr } = await host.run(['docker', 'load', '--quiet', '--input', file], { env })
      if (exitCode !== 0) throw new AppError('ENGINE_FAILED', `docker load: ${stderr.trim()}`, { stage: 'image' })
    },
    info: () => readInfo(host, program, environment, connect),
    execCommand: (container, argv, options) => ({
      argv: execArgv(container, argv, options),
      env: { ...dockerEnvironment(environment), ...options.env },
    }),
    copyCommand: (from, to) => ({ argv: ['docker', 'cp', from, to], env: dockerEnvironment(environment) }),
  }
}

async function readInfo(
  host: Host,
  program: readonly string[],
  environment: Environment,
  connect: () => Promise<Connection>,
) {
  const { kind, engineVersion, socket } = await connect()
  const composeVersion = await readComposeVersion(host, program, environment)
  return { kind, engineVersion, composeVersion, socket, limits: engineLimits(kind) }
}

async function readComposeVersion(host: Host, program: readonly string[], environment: Environment): Promise<string> {
  const { stdout, exitCode } = await host.run([...program, 'version', '--short'], {
    env: dockerEnvironment(environment),
  })
  if (exitCode !== 0) throw new AppError('TOOL_MISSING', 'docker compose is not installed')
  const version = stdout.trim().replace(/^v/, '')
  const [major = 0, minor = 0] = version.split('.').map(Number)
  if (major < 2 || (major === 2 && minor < 24))
    throw new AppError('ENGINE_TOO_OLD', `docker compose ${version} is older than 2.24`, { details: { version } })
  return version
}
