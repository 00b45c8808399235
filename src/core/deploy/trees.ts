import { isAbsolute, relative } from 'node:path'
import type { ComposeModel } from '../ports/compose-model.ts'

/** How a file or directory of the project stands in a bundle's model: no path of the machine it was made on is in it. */
const prefix = 'berth-tree:'

/** The path below the project that a bundle's mount means; undefined for any other. */
export function treeSource(source: string | undefined): string | undefined {
  return source?.startsWith(prefix) ? source.slice(prefix.length) : undefined
}

/** Everything of the project that its containers see, by absolute path: mounts, configs and secrets. */
export function projectSources(model: ComposeModel, directory: string): string[] {
  const mounts = Object.values(model.services).flatMap(({ volumes = [] }) =>
    volumes.flatMap(({ type, source }) => (type === 'bind' && source !== undefined ? [source] : [])),
  )
  const files = [model.configs, model.secrets].flatMap((each) =>
    Object.values(each ?? {}).flatMap((one) => one?.file ?? []),
  )
  return [...new Set([...mounts, ...files])].filter((path) => isInside(path, directory))
}

/** The model with each such path written relative to the project. */
export function withTreeSources(model: ComposeModel, directory: string): ComposeModel {
  const named = (path: string | undefined) =>
    path !== undefined && isInside(path, directory) ? `${prefix}${relative(directory, path)}` : path
  const services = Object.entries(model.services).map(([name, service]) => {
    const volumes = service.volumes?.map((mount) =>
      mount.type === 'bind' ? { ...mount, source: named(mount.source) ?? '' } : mount,
    )
    return [name, { ...service, ...(volumes && { volumes }) }] as const
  })
  const files = (group: ComposeModel['configs']) =>
    group &&
    Object.fromEntries(
      Object.entries(group).map(([key, one]) => [
        key,
        one?.file === undefined ? one : { ...one, file: named(one.file) ?? '' },
      ]),
    )
  const { configs, secrets } = model
  return {
    ...model,
    services: Object.fromEntries(services),
    ...(configs && { configs: files(configs) ?? {} }),
    ...(secrets && { secrets: files(secrets) ?? {} }),
  }
}

function isInside(path: string, directory: string): boolean {
  const inside = relative(directory, path)
  return isAbsolute(path) && !inside.startsWith('..') && !isAbsolute(inside)
}
