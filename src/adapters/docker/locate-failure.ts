import { readFile } from 'node:fs/promises'
import { relative } from 'node:path'
import { readComposeSources } from '../../core/compose/compose-sources.ts'
import { locateFault } from '../../core/compose/locate-fault.ts'
import { errorCatalogue } from '../../core/error-catalogue.ts'
import { AppError } from '../../core/errors.ts'
import type { ComposeFiles } from '../../core/ports.ts'

/** The same COMPOSE_INVALID with the file, line and column it speaks of, where that can be told. */
export async function locateFailure(failure: AppError, files: ComposeFiles): Promise<AppError> {
  if (failure.code !== 'COMPOSE_INVALID') return failure
  const sources = await readComposeSources(readText, files)
  const composeFiles = sources.files.filter((file) => /\.ya?ml$/.test(file) || files.files.includes(file))
  const texts = await Promise.all(composeFiles.map(async (file) => ({ file, text: (await readText(file)) ?? '' })))
  const said = (failure.details['output'] as string[]).join('\n')
  const place = locateFault(said, texts)
  if (!place) return failure
  const { file, line, column, message = failure.message } = place
  const { stage, details, cause } = failure
  const hint = failure.hint === errorCatalogue.COMPOSE_INVALID.hint ? `mend it in ${file}` : failure.hint
  return new AppError(failure.code, `${relative(files.directory, file) || file}:${line}:${column}: ${message}`, {
    hint,
    cause,
    details: { ...details, file, line, column },
    ...(stage !== undefined && { stage }),
  })
}

async function readText(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch {
    // a file that cannot be read has no place to point at; Compose already said what it misses
    return undefined
  }
}
