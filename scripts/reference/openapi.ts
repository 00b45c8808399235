import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type * as z from 'zod'
import { apiError, operationEvent } from '../../src/contract/events.ts'
import type { Route } from '../../src/contract/route.ts'
import { routes } from '../../src/contract/routes.ts'
import { routePath, versionHeader } from '../../src/contract/wire.ts'
import { jsonSchema, type SharedSchemas } from './json-schema.ts'

const manifest = JSON.parse(readFileSync(join(import.meta.dirname, '..', '..', 'package.json'), 'utf8')) as {
  version: string
}

/** docs/reference/openapi.json: the API of the daemon, from the contract's table of routes. */
export function openapiDocument(): string {
  const shared: SharedSchemas = {}
  const schemaOf: SchemaOf = (schema, io) => jsonSchema(schema, io, shared, '#/components/schemas/')
  const [error, event] = [schemaOf(apiError, 'output'), schemaOf(operationEvent, 'output')]
  const document = {
    openapi: '3.1.0',
    info: {
      title: 'berthd',
      version: manifest.version,
      description: `The API of Berth's daemon, over its Unix socket. Every route is a POST with a JSON body. The version of the caller goes in \`${versionHeader}\`; another one than the daemon's is answered with 426.`,
    },
    paths: Object.fromEntries(
      Object.entries(routes).map(([name, route]) => [routePath(name), { post: describe(name, route, schemaOf) }]),
    ),
    components: { schemas: { Error: error, OperationEvent: event, ...shared } },
  }
  return `${JSON.stringify(document, null, 2)}\n`
}

type SchemaOf = (schema: z.ZodType, io: 'input' | 'output') => object

function describe(name: string, { summary, kind, access, input, output }: Route, schemaOf: SchemaOf) {
  return {
    operationId: name,
    summary,
    tags: [name.split('.')[0]],
    'x-access': access,
    requestBody: { required: true, content: { 'application/json': { schema: schemaOf(input, 'input') } } },
    responses: {
      200: { description: answers[kind], content: { [contentTypes[kind]]: { schema: schemaOf(output, 'output') } } },
      default: {
        description: 'A failure.',
        content: {
          'application/json': {
            schema: {
              type: 'object',
              properties: { error: { $ref: '#/components/schemas/Error' } },
              required: ['error'],
            },
          },
        },
      },
    },
  }
}

const contentTypes: Record<Route['kind'], string> = {
  call: 'application/json',
  operation: 'text/event-stream',
  feed: 'text/event-stream',
  bytes: 'application/octet-stream',
  terminal: 'application/octet-stream',
}

const answers: Record<Route['kind'], string> = {
  call: 'The result.',
  operation:
    'Server-sent events: `progress` (OperationEvent), then one `result` with the schema below, or one `error` (Error). The operation goes on when the connection is lost; operation.follow takes it up again.',
  feed: 'Server-sent events without end, each with the schema below.',
  bytes: 'Raw output.',
  terminal:
    'Frames both ways, over one connection: those of the caller follow the input, which is one line, in the body of the request.',
}
