import { errorCatalogue } from '../../src/core/error-catalogue.ts'
import { configPage, configSchemaFile } from './config-page.ts'
import { errorsPage } from './errors-page.ts'

/** The pages of docs/reference that are made from the data the program runs on: path from the root → text. */
export function referencePages(): Record<string, string> {
  return {
    'docs/reference/berth.schema.json': configSchemaFile(),
    'docs/reference/config.md': configPage(),
    'docs/reference/errors.md': errorsPage(errorCatalogue),
  }
}
