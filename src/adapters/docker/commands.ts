import type { BuildOptions, ComposeFiles, DownOptions, ExecInContainer, UpOptions } from '../../core/ports/engine.ts'
import type { Environment } from './endpoint.ts'

/** Compose for one project, up to its verb. The project name is always given: a directory's name never decides. */
export function composeArgs(files: ComposeFiles, args: readonly string[]): string[] {
  return [
    '--project-name',
    files.project,
    ...files.files.flatMap((file) => ['--file', file]),
    ...files.profiles.flatMap((profile) => ['--profile', profile]),
    ...args,
  ]
}

/** The canonical model, as JSON on stdout. */
export function configArgs(): string[] {
  return ['config', '--format', 'json']
}

/** A line for each service: its name and the digest of its configuration. */
export function hashArgs(): string[] {
  return ['config', '--hash', '*']
}

/**
 * Starts everything and returns when it is started. Not `--wait`: Compose looks for health every 500 ms only, and takes
 * a job that ended with exit code 0 for a failure.
 */
export function upArgs({ services, build, noStart, recreate }: UpOptions): string[] {
  return [
    'up',
    noStart ? '--no-start' : '--detach',
    '--remove-orphans',
    ...(recreate === 'never' ? ['--no-recreate'] : []),
    ...(build ? ['--build'] : []),
    '--',
    ...services,
  ]
}

/** Builds the images of these services. */
export function buildArgs({ services }: BuildOptions): string[] {
  return ['build', '--', ...services]
}

/** Removes containers and networks of the project, also those of services the files no longer have. */
export function downArgs({ volumes, timeoutSeconds }: DownOptions): string[] {
  return [
    'down',
    '--remove-orphans',
    ...(volumes ? ['--volumes'] : []),
    ...(timeoutSeconds === undefined ? [] : ['--timeout', String(timeoutSeconds)]),
  ]
}

/** Makes Compose tell its progress in plain lines; stands before everything else. */
export const plainProgress = ['--ansi', 'never', '--progress', 'plain']

/** `docker exec` into a container. */
export function execArgv(container: string, argv: readonly string[], options: ExecInContainer): string[] {
  return [
    'docker',
    'exec',
    ...(options.interactive ? ['--interactive'] : []),
    ...(options.tty ? ['--tty'] : []),
    ...(options.user === undefined ? [] : ['--user', options.user]),
    ...(options.workdir === undefined ? [] : ['--workdir', options.workdir]),
    // only the name stands in argv, where every process of the machine can read it; the value travels in the environment
    ...Object.keys(options.env ?? {}).flatMap((name) => ['--env', name]),
    container,
    ...argv,
  ]
}

/** The environment of `docker compose`: that of `docker`, and the variables the compose files read. */
export function composeEnvironment(environment: Environment, files: ComposeFiles): Record<string, string> {
  return { ...dockerEnvironment(environment), ...files.variables, PWD: files.directory }
}

/**
 * What a `docker` process is given of the environment: what it needs itself and nothing else, so that a stray
 * COMPOSE_FILE or DEBUG of the daemon's own environment never changes a project.
 */
export function dockerEnvironment(environment: Environment): Record<string, string> {
  const own = Object.entries(environment).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && isForDocker(entry[0]),
  )
  return Object.fromEntries(own)
}

const namesForDocker = new Set(['PATH', 'HOME', 'TMPDIR', 'SSH_AUTH_SOCK'])

function isForDocker(name: string): boolean {
  return (
    namesForDocker.has(name) || /^(DOCKER|BUILDKIT|BUILDX|XDG|LC)_/.test(name) || /^(https?|no|all)_proxy$/i.test(name)
  )
}
