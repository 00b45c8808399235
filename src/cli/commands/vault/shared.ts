import { resolve } from 'node:path'
import { type Flag, textFlag } from '../../command.ts'
import type { BerthContext, CommonFlags } from '../../context.ts'
import { usage } from '../../failure.ts'

/** Which vaults are meant. */
export interface ViewFlags {
  file?: string
  app?: string
  machine?: string
}

/** The flags every command about vaults has. */
export const viewFlags = {
  file: textFlag("a vault file; the project's, if not said", 'path', 'file'),
  app: textFlag('the secrets of this app', 'name'),
  machine: textFlag('the secrets of this machine', 'name'),
} as const satisfies Record<string, Flag>

/** Name of the variable with the user's private keys, for machines that keep none. */
export const identityVariable = 'BERTH_VAULT_IDENTITY'

/** The caller's view, as the API takes it. */
export function viewOf(context: BerthContext, { file, app, machine, context: name }: ViewFlags & CommonFlags) {
  return {
    ...(name === undefined ? {} : { context: name }),
    directory: context.directory,
    file: file === undefined ? null : resolve(context.directory, file),
    app: app ?? null,
    machine: machine ?? null,
    identity: context.env[identityVariable] ?? null,
  }
}

/** `age1…`, or `name=age1…`. */
export function recipientsIn(words: readonly string[] = []) {
  return words.map((word) => {
    const at = word.lastIndexOf('=')
    const [name, key] = [word.slice(0, Math.max(0, at)), word.slice(at + 1)]
    if (!key.startsWith('age1')) throw usage(`${word} is no recipient`, 'expected age1…, or name=age1…')
    return { key, name }
  })
}

/** A line on stderr where a vault was seen for the first time: whoever its header names can read what is added to it. */
export function noteFirstUse(context: BerthContext, files: readonly string[]): void {
  for (const file of files)
    context.ui.note(`${file} is used for the first time; berth vault recipients shows who can read it`)
}

/** Recipients as lines. */
export const recipientLines = (recipients: readonly { key: string; name: string }[]): string[] =>
  recipients.map(({ key, name }) => `  ${key} ${name}`.trimEnd())
