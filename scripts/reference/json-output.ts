import * as z from 'zod'
import { failureEnvelope, successEnvelope } from '../../src/contract/envelope.ts'
import { commandOutput } from '../../src/contract/outputs.ts'
import { everyCommand } from './commands.ts'
import { jsonSchema, type SharedSchemas } from './json-schema.ts'

/** docs/reference/json-output.schema.json: what `--json` prints, a definition for each command and one for every failure. */
export function jsonOutputSchema(): string {
  const shared: SharedSchemas = {}
  const inline = (schema: z.ZodType) => jsonSchema(schema, 'output', shared, '#/$defs/')
  const definitions = everyCommand().map(({ command: { name } }) => {
    const output = commandOutput(name)
    if (output === undefined) throw new Error(`src/contract/outputs.ts does not say what ${name} prints with --json`)
    const schema = output.kind === 'lines' ? output.schema : withCommand(name, output.schema)
    return [name, inline(schema)] as const
  })
  const failure = inline(failureEnvelope)
  const document = {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Output of berth with --json',
    description: 'One document a command; the commands that are streams print an object of their definition a line.',
    anyOf: ['failure', ...new Set(definitions.map(([name]) => name))].map((name) => ({ $ref: `#/$defs/${name}` })),
    $defs: { failure, ...Object.fromEntries(definitions), ...shared },
  }
  return `${JSON.stringify(document, null, 2)}\n`
}

const withCommand = (name: string, data: z.ZodType) => successEnvelope(data).extend({ command: z.literal(name) })
