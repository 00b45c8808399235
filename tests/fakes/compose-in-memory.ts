import { isMap, isScalar, isSeq, parseDocument } from 'yaml'
import { AppError } from '../../src/core/errors.ts'
import type { ComposeModel, ComposeService } from '../../src/core/ports/compose-model.ts'

type Tree = { [key: string]: unknown }

/** A value that takes the place of what was there; undefined: nothing is left of it. */
class Replacement {
  readonly value: unknown
  constructor(value: unknown) {
    this.value = value
  }
}

/**
 * The canonical model of some compose files, for projects as simple as tests have them: services with short or long
 * forms, several files, `!reset` and `!override`; no interpolation, no extends, no include. Throws COMPOSE_INVALID.
 */
export function modelInMemory(project: string, texts: readonly string[], profiles: readonly string[]): ComposeModel {
  const merged = texts.map(readFile).reduce((base, next) => merge(base, next) as Tree, {})
  const services = Object.fromEntries(
    Object.entries((merged['services'] ?? {}) as Record<string, Tree>)
      .filter(([, { profiles: own }]) => isActive((own ?? []) as string[], profiles))
      .map(([name, service]) => [name, canonicalService(name, service)]),
  )
  const networks = {
    ...(usesDefault(services) && { default: {} }),
    ...((merged['networks'] ?? {}) as Record<string, Tree | null>),
  }
  const named = (items: Record<string, Tree | null>) =>
    Object.fromEntries(Object.entries(items).map(([key, item]) => [key, { name: `${project}_${key}`, ...item }]))
  return {
    name: project,
    services,
    networks: named(networks),
    volumes: named((merged['volumes'] ?? {}) as Record<string, Tree | null>),
  }
}

function isActive(own: readonly string[], profiles: readonly string[]): boolean {
  return own.length === 0 || profiles.includes('*') || own.some((profile) => profiles.includes(profile))
}

function usesDefault(services: Record<string, ComposeService>): boolean {
  return Object.values(services).some(({ networks }) => networks && 'default' in networks)
}

function readFile(text: string): Tree {
  const document = parseDocument(text, { logLevel: 'silent' })
  const [error] = document.errors
  if (error) throw new AppError('COMPOSE_INVALID', `yaml: ${error.message}`)
  return (valueOf(document.contents) ?? {}) as Tree
}

function valueOf(node: unknown): unknown {
  const tag = isMap(node) || isSeq(node) || isScalar(node) ? node.tag : undefined
  if (tag === '!reset') return new Replacement(undefined)
  return tag === '!override' ? new Replacement(plainOf(node)) : plainOf(node)
}

function plainOf(node: unknown): unknown {
  if (isMap(node))
    return Object.fromEntries(
      node.items.map(({ key, value }) => [String((key as { value: unknown }).value), valueOf(value)]),
    )
  if (isSeq(node)) return node.items.map(valueOf)
  return isScalar(node) ? node.value : undefined
}

function merge(base: unknown, next: unknown): unknown {
  if (next instanceof Replacement) return next.value
  if (Array.isArray(base) && Array.isArray(next)) return [...base, ...next]
  if (!isTree(base) || !isTree(next)) return next ?? base
  const merged: Tree = { ...base }
  for (const [key, value] of Object.entries(next)) {
    const result = merge(base[key], value)
    if (result === undefined) delete merged[key]
    else merged[key] = result
  }
  return merged
}

function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function canonicalService(name: string, service: Tree): ComposeService {
  if (!service['image'] && !service['build'])
    throw new AppError('COMPOSE_INVALID', `service "${name}" has neither an image nor a build context specified`)
  const networks = service['network_mode'] ? undefined : (service['networks'] ?? ['default'])
  return {
    ...service,
    ...(networks !== undefined && { networks: keyed(networks, null) as never }),
    ...(service['depends_on'] !== undefined && {
      depends_on: keyed(service['depends_on'], { condition: 'service_started' }) as never,
    }),
    ...(service['labels'] !== undefined && { labels: pairs(service['labels']) }),
    ports: ((service['ports'] ?? []) as unknown[]).map((port) =>
      typeof port === 'object' ? port : portOf(`${port as string | number}`),
    ) as never,
    command:
      typeof service['command'] === 'string'
        ? service['command'].split(' ')
        : ((service['command'] as string[] | undefined) ?? null),
  }
}

/** `[a, b]` or `{a: …}`. */
function keyed(value: unknown, each: unknown): Tree {
  return Array.isArray(value) ? Object.fromEntries(value.map((key) => [String(key), each])) : (value as Tree)
}

/** `[a=b]` or `{a: b}`. */
function pairs(value: unknown): Record<string, string> {
  if (!Array.isArray(value)) return value as Record<string, string>
  return Object.fromEntries(value.map((entry) => String(entry).split(/=(.*)/s).slice(0, 2) as [string, string]))
}

function portOf(port: string): Tree {
  const [target = '', published] = port.split(':').toReversed()
  return { target: Number(target), protocol: 'tcp', mode: 'ingress', ...(published !== undefined && { published }) }
}
