import { resolve } from 'node:path'
import { defineCommand, textFlag } from '../../command.ts'
import type { BerthContext, CommonFlags } from '../../context.ts'
import { usage } from '../../failure.ts'
import { noteFirstUse, type ViewFlags, viewFlags, viewOf } from '../vault/shared.ts'
import { readValue } from './read-value.ts'

interface Flags extends ViewFlags {
  import?: string
}

/** `berth secret set` */
export const setCommand = defineCommand<Flags, string[]>({
  name: 'secret.set',
  brief: 'Keep a secret, its value from a pipe or typed blind',
  details:
    'Goes into the vault of the project you stand in, if it has one, else into that of the context; --app and --machine choose a narrower scope. A value on the command line is refused: everybody on the machine could read it.',
  forms: ['<name>', '--import <file>'],
  examples: [
    ['berth secret set DATABASE_URL', 'asks for the value'],
    ['berth secret set TLS_KEY --app shop < key.pem', 'from a file, for the app shop'],
    ['berth secret set --import .env', 'all of a dotenv, dotenvx or sops file'],
  ],
  flags: { ...viewFlags, import: textFlag('take over a dotenv, dotenvx or sops (age) file', 'file', 'file') },
  arguments: [{ name: 'name', brief: 'name of an environment variable', optional: true, repeat: true }],
  run: (context, flags, ...words) =>
    flags.import === undefined ? setOne(context, flags, words) : importFile(context, flags, flags.import, words),
})

async function setOne(context: BerthContext, flags: Flags & CommonFlags, words: string[]) {
  const [key, ...more] = words
  if (key === undefined) throw usage('name is missing', 'berth secret set <name>')
  // without the words themselves: one of them may be the secret
  if (more.length > 0 || key.includes('='))
    throw usage(
      'a value on the command line can be read by everybody on this machine',
      'berth secret set <name>, then type it',
    )
  const client = await context.client(flags.on)
  const value = await readValue(context, key)
  const data = await client.call('secret.set', { ...viewOf(context, flags), secrets: { [key]: value } })
  if (data.firstUse) noteFirstUse(context, [data.file])
  return { data, text: `${key} ${data.changed.length === 0 ? 'is the same already' : 'is set'} in ${data.file}` }
}

async function importFile(context: BerthContext, flags: Flags & CommonFlags, from: string, words: string[]) {
  if (words.length > 0) throw usage('beside --import no name may stand', 'berth secret set --import <file>')
  const client = await context.client(flags.on)
  const data = await client.call('secret.import', {
    ...viewOf(context, flags),
    from: resolve(context.directory, from),
    keys: keysOf(context),
  })
  if (data.firstUse) noteFirstUse(context, [data.file])
  const left = `${from} is as it was: remove it when nothing reads it any more`
  return { data, text: `${data.read} read, ${data.changed.length} set in ${data.file}\n${left}` }
}

/** Keys of the other tools, where the environment holds them. */
function keysOf({ env }: BerthContext) {
  const dotenvx = Object.entries(env).filter(([name]) => name.startsWith('DOTENV_PRIVATE_KEY'))
  const age = env['SOPS_AGE_KEY']
  return { age: age === undefined ? [] : [age.trim()], dotenvx: dotenvx.flatMap(([, value]) => value ?? []) }
}
