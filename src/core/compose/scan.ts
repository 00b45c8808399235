import { parseDocument } from 'yaml'
import { variablesOf } from './template.ts'

/** What a compose file reads beside itself. Paths are as written: relative, with variables. */
export interface ComposeScan {
  /** Names of variables it reads from the shell, in the order they stand. */
  variables: string[]
  /** Compose files its services extend. */
  extended: string[]
  /** Dotenv files of its services. */
  envFiles: string[]
  included: { paths: string[]; directory?: string; envFiles: string[] }[]
}

type Tree = { [key: string]: unknown }

/** Reads what a compose file refers to. Text that is no YAML gives what could be read of it: Compose itself will complain. */
export function scanComposeFile(text: string): ComposeScan {
  const content: unknown = readYaml(text)
  const { services, secrets, configs, include } = isTree(content) ? content : {}
  const each = [...trees(services)]
  return {
    variables: [
      ...new Set([
        ...variablesIn(content),
        ...each.flatMap(passedThrough),
        ...[...trees(secrets), ...trees(configs)].flatMap(({ environment }) => strings(environment)),
      ]),
    ],
    extended: each.flatMap((service) => (isTree(service['extends']) ? strings(service['extends']['file']) : [])),
    envFiles: each.flatMap((service) => [...paths(service['env_file']), ...paths(service['label_file'])]),
    included: list(include).map((entry) => {
      if (!isTree(entry)) return { paths: strings(entry), envFiles: [] }
      const [directory] = strings(entry['project_directory'])
      return {
        paths: paths(entry['path']),
        envFiles: paths(entry['env_file']),
        ...(directory !== undefined && { directory }),
      }
    }),
  }
}

function readYaml(text: string): unknown {
  const document = parseDocument(text, { logLevel: 'silent', merge: true, uniqueKeys: false, prettyErrors: false })
  try {
    return document.toJS({ maxAliasCount: -1 })
  } catch {
    // an alias without its anchor; Compose says so with the line
    return undefined
  }
}

function variablesIn(value: unknown): string[] {
  if (typeof value === 'string') return variablesOf(value)
  if (Array.isArray(value)) return value.flatMap(variablesIn)
  return isTree(value) ? Object.values(value).flatMap(variablesIn) : []
}

/** `environment: [KEY]`, `environment: {KEY: }` and the same for build arguments: the value comes from the shell. */
function passedThrough({ environment, build }: Tree): string[] {
  const args = isTree(build) ? build['args'] : undefined
  return [environment, args].flatMap((entries) => {
    if (Array.isArray(entries)) return strings(entries).filter((entry) => /^[A-Za-z_]\w*$/.test(entry))
    return isTree(entries) ? Object.keys(entries).filter((key) => entries[key] === null) : []
  })
}

function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function trees(value: unknown): Tree[] {
  return isTree(value) ? Object.values(value).filter(isTree) : []
}

function list(value: unknown): unknown[] {
  if (value === undefined || value === null) return []
  return Array.isArray(value) ? value : [value]
}

function strings(value: unknown): string[] {
  return list(value).filter((each) => typeof each === 'string')
}

/** `a`, `[a, b]` or `[{path: a, required: false}]`. */
function paths(value: unknown): string[] {
  return list(value).flatMap((each) => (isTree(each) ? strings(each['path']) : strings(each)))
}
