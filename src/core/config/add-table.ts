import { AppError } from '../errors.ts'
import type { Files } from '../ports.ts'

/** The tables of a TOML file, by their keys. Throws CONFIG_INVALID for a file that is no TOML. */
export async function readTables(file: string, text: string): Promise<Record<string, unknown>> {
  const { parse } = await import('smol-toml')
  try {
    return parse(text)
  } catch (cause) {
    throw new AppError('CONFIG_INVALID', `${file} is no TOML: ${(cause as Error).message.split('\n')[0]}`, { cause })
  }
}

/** Adds text to the end of a file, which is made where there is none; what stands in it stays, byte for byte. */
export async function addToFile(
  files: Pick<Files, 'readText' | 'writeText' | 'mode'>,
  file: string,
  added: string,
): Promise<void> {
  const text = await files.readText(file)
  await files.writeText(file, joined(text, added), ((await files.mode(file)) ?? 0o644) & 0o777)
}

/** The old text, then an empty line, then the new. */
function joined(text: string | undefined, added: string): string {
  if (text === undefined || text.trim() === '') return `${text ?? ''}${added}`
  return `${text}${text.endsWith('\n') ? '' : '\n'}\n${added}`
}
