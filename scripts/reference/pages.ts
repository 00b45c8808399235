import { errorCatalogue } from '../../src/core/error-catalogue.ts'
import { commandsPage } from './commands-page.ts'
import { configPage, configSchemaFile } from './config-page.ts'
import { errorsPage } from './errors-page.ts'
import { jsonOutputSchema } from './json-output.ts'
import { openapiDocument } from './openapi.ts'

/** The pages of docs/reference that are made from the data the program runs on: path from the root → text. */
export function referencePages(): Record<string, string> {
  return {
    'docs/reference/commands.md': commandsPage(),
    'docs/reference/json-output.schema.json': jsonOutputSchema(),
    'docs/reference/openapi.json': openapiDocument(),
    'docs/reference/berth.schema.json': configSchemaFile(),
    'docs/reference/config.md': configPage(),
    'docs/reference/errors.md': errorsPage(errorCatalogue),
  }
}
