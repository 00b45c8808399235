import * as z from 'zod'
import { configSchema } from '../../src/core/config/schema.ts'
import { settingsSchema } from '../../src/core/settings/schema.ts'

interface Schema {
  type?: string
  description?: string
  enum?: string[]
  anyOf?: Schema[]
  items?: Schema
  properties?: Record<string, Schema>
  additionalProperties?: Schema | boolean
}

/** docs/reference/berth.schema.json: for editors. */
export function configSchemaFile(): string {
  const { $schema, ...schema } = z.toJSONSchema(configSchema, { io: 'input' })
  const title = { title: 'berth.toml', description: 'Settings of a project, for Berth. Every key is optional.' }
  return `${JSON.stringify({ $schema, ...title, ...schema }, null, 2)}\n`
}

/** docs/reference/config.md: every key of berth.toml. */
export function configPage(): string {
  const root = z.toJSONSchema(configSchema, { io: 'input' }) as Schema
  return `${introduction}\n${tables(root, []).join('\n')}`
}

/** docs/reference/settings.md: every key of config.toml. */
export function settingsPage(): string {
  const root = z.toJSONSchema(settingsSchema, { io: 'input' }) as Schema
  return `${settingsIntroduction}\n${tables(root, []).join('\n')}`
}

const settingsIntroduction = `# config.toml

Settings of this user on this machine: the file \`config.toml\` of the state directory (\`~/.berth\`, or BERTH_HOME), all of it optional.
\`berth config\` shows what is in effect and where each value comes from, \`berth config edit\` opens the file. berthd reads it when it
starts: \`berth daemon stop\`, and the next command works by it.
`

const introduction = `# berth.toml

Settings of a project: a file \`berth.toml\` beside its compose file. It is optional, and so is every key in it. Unknown keys
and values of the wrong type are faults; all of them are told at once, each with its line and column. For completion and
checks in an editor give it [berth.schema.json](berth.schema.json), in many by a first line \`#:schema <path of that file>\`.

Paths are relative to the project and stay inside it. Patterns are those of \`.gitignore\`.

Where a project has a \`.cilo/config.yml\` or \`.ciloignore\`, they are read too, and \`berth.toml\` wins key by key:
\`project\`, \`compose_files\`, \`ingress\` or \`default_ingress_service\`, and \`hostnames\` are the keys of \`[project]\`;
\`env.copy_mode\`, \`env.copy\` and \`env.ignore\` (for files named \`.env…\`) and the lines of \`.ciloignore\` add to
\`env.copy.exclude\`; \`env.render\` is \`env.files.render\`, with \`\${CILO_…}\` for \`\${BERTH_…}\`; \`env.init_hook\` is \`env.init\`.
`

/** A section for the table itself, then one for each table in it. */
function tables(schema: Schema, path: string[]): string[] {
  const entries = Object.entries(schema.properties ?? {})
  const plain = entries.filter(([, value]) => !isTable(value))
  const own =
    plain.length === 0
      ? []
      : [`| key | type | meaning |`, `|---|---|---|`, ...plain.map(([key, value]) => row(key, value)), '']
  const heading =
    path.length === 0 ? [] : [`## [${path.join('.')}]`, '', ...(schema.description ? [schema.description, ''] : [])]
  const inner = entries.flatMap(([key, value]) =>
    isTable(value) ? tables(valueTable(value), innerPath(path, key, value)) : [],
  )
  return [...heading, ...own, ...inner]
}

/** A table with keys of its own, or one whose every key is such a table. */
const isTable = (schema: Schema) => schema.properties !== undefined || namedTables(schema) !== undefined

const namedTables = ({ additionalProperties }: Schema) =>
  typeof additionalProperties === 'object' && additionalProperties.properties ? additionalProperties : undefined

const valueTable = (schema: Schema): Schema => {
  const named = namedTables(schema)
  return named ? { ...named, description: schema.description ?? '' } : schema
}

const innerPath = (path: string[], key: string, schema: Schema) => [
  ...path,
  key,
  ...(namedTables(schema) ? ['<name>'] : []),
]

const row = (key: string, schema: Schema) => `| \`${key}\` | ${typeOf(schema)} | ${schema.description ?? ''} |`

function typeOf(schema: Schema): string {
  if (schema.enum) return schema.enum.map((value) => `\`"${value}"\``).join(', ')
  if (schema.anyOf) return schema.anyOf.map(typeOf).join(' or ')
  if (schema.type === 'array') return `list of ${plural(typeOf(schema.items ?? {}))}`
  if (schema.properties) return `{ ${Object.keys(schema.properties).join(', ')} }`
  return schema.type === 'object' ? 'table' : (schema.type ?? 'anything')
}

const plural = (type: string) => type.replace(/^string\b/, 'strings')
