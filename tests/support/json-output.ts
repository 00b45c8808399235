import { isDeepStrictEqual } from 'node:util'
import { failureEnvelope, successEnvelope } from '../../src/contract/envelope.ts'
import { commandOutput } from '../../src/contract/outputs.ts'

/** What `--json` printed, held against the schema of the command; throws where it says more, less or something else. */
export function checkJsonOutput(stdout: string): void {
  if (!stdout.startsWith('{"ok":')) return
  const document = JSON.parse(stdout) as { ok: boolean; command: string }
  const output = document.ok ? commandOutput(document.command) : undefined
  if (document.ok && output?.kind !== 'document') throw new Error(`no schema for the output of ${document.command}`)
  const schema = output === undefined ? failureEnvelope : successEnvelope(output.schema)
  const { success, data, error } = schema.safeParse(document)
  if (!success) throw new Error(`--json of ${document.command} is not as its schema says: ${error.message}\n${stdout}`)
  // what a schema does not know is left out of the parsed value
  if (!isDeepStrictEqual(data, document))
    throw new Error(`--json of ${document.command} says what its schema does not:\n${stdout}\n${JSON.stringify(data)}`)
}
