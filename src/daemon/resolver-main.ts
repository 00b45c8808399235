/**
 * The one step of `berth setup` that needs root, as a program of its own: `berth-resolver apply|undo <wish as JSON>`. It
 * touches the machine's resolver and nothing of anybody's home.
 */
import { createLocalHost } from '../adapters/host/local-host.ts'
import { resolverRecordFile } from '../adapters/resolver/resolver-record.ts'
import { createResolverSetup } from '../adapters/resolver/resolver-setup.ts'
import { toAppError } from '../core/errors.ts'
import type { ResolverWish } from '../core/names/resolver-model.ts'

const [verb = '', wish = '{}'] = process.argv.slice(2)
const setup = createResolverSetup({
  host: createLocalHost(),
  platform: process.platform,
  uid: process.getuid?.() ?? -1,
  recordFile: resolverRecordFile,
})
changeResolver().catch((error: unknown) => {
  const { message, hint } = toAppError(error)
  process.stderr.write(`error: ${message}\nhint: ${hint}\n`)
  process.exitCode = 1
})

async function changeResolver(): Promise<void> {
  const command = [process.execPath, ...process.argv.slice(1)]
  if (verb === 'undo') await setup.undo(command)
  else await setup.apply(await setup.plan(JSON.parse(wish) as ResolverWish), command)
}
