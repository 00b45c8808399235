import { errorCatalogue } from '../../src/core/error-catalogue.ts'
import { eventTypes } from '../../src/core/events/model.ts'
import { commandsPage } from './commands-page.ts'
import { configPage, configSchemaFile, settingsPage } from './config-page.ts'
import { errorsPage } from './errors-page.ts'
import { eventsPage } from './events-page.ts'
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
    'docs/reference/settings.md': settingsPage(),
    'docs/reference/errors.md': errorsPage(errorCatalogue),
    'docs/reference/events.md': eventsPage(eventTypes),
  }
}
