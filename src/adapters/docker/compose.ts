import type { ComposeFiles, ComposeModel, ContainerEngine } from '../../core/ports.ts'
import { buildArgs, composeArgs, configArgs, downArgs, hashArgs, plainProgress } from './commands.ts'
import { composeFailure } from './failures.ts'
import { locateFailure } from './locate-failure.ts'
import { removeProject } from './remove-project.ts'
import { type ComposeDependencies, lineOptions, spawnOptions } from './run-compose.ts'
import { composeUp } from './up.ts'

/** The verbs of the port that `docker compose` does. */
export function createComposeVerbs(
  dependencies: ComposeDependencies,
): Pick<ContainerEngine, 'model' | 'configHashes' | 'build' | 'up' | 'down' | 'composeCommand'> {
  const { host, program } = dependencies
  return {
    model: async (files, { allProfiles = false } = {}) => {
      if (!allProfiles) return readModel(dependencies, files)
      // services of different profiles may contradict each other: then those of the active profiles count
      return readModel(dependencies, { ...files, profiles: ['*'] }).catch(() => readModel(dependencies, files))
    },
    configHashes: async (files) => {
      const result = await host.run([...program, ...composeArgs(files, hashArgs())], spawnOptions(dependencies, files))
      if (result.exitCode !== 0) throw composeFailure('config', result.stderr, result.exitCode)
      return Object.fromEntries(result.stdout.split('\n').flatMap((line) => parseHash(line)))
    },
    build: async (files, options) => {
      const argv = [...program, ...plainProgress, ...composeArgs(files, buildArgs(options))]
      const result = await host.run(argv, { ...spawnOptions(dependencies, files), ...lineOptions(options) })
      if (result.exitCode !== 0) throw composeFailure('up', result.stderr, result.exitCode)
    },
    up: (files, options) => composeUp(dependencies, files, options),
    down: async (files, options) => {
      if (files.files.length === 0) return removeProject(dependencies.engine, files.project, options)
      // services of a profile are left standing by `down` unless the profile is named
      const argv = [...program, ...plainProgress, ...composeArgs({ ...files, profiles: ['*'] }, downArgs(options))]
      const result = await host.run(argv, { ...spawnOptions(dependencies, files), ...lineOptions(options) })
      if (result.exitCode !== 0) throw composeFailure('down', result.stderr, result.exitCode)
    },
    composeCommand: (files, args) => ({
      argv: [...program, ...composeArgs(files, args)],
      ...spawnOptions(dependencies, files),
    }),
  }
}

/** `web 9f86d0…` */
function parseHash(line: string): [string, string][] {
  const [service = '', hash = ''] = line.trim().split(/\s+/)
  return hash === '' ? [] : [[service, hash]]
}

async function readModel(dependencies: ComposeDependencies, files: ComposeFiles): Promise<ComposeModel> {
  const argv = [...dependencies.program, ...composeArgs(files, configArgs())]
  const result = await dependencies.host.run(argv, spawnOptions(dependencies, files))
  if (result.exitCode !== 0) throw await locateFailure(composeFailure('config', result.stderr, result.exitCode), files)
  // every `$` is doubled, so that the output could be read as a compose file again
  return JSON.parse(result.stdout.replaceAll('$$', '$')) as ComposeModel
}
