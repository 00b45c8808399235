import { ClientError } from '../../../client/failure.ts'
import { type LoginPlace, readLogin, removeLogin } from '../../../client/logins.ts'
import { berthHome } from '../../../contract/home.ts'
import { defineCommand, switchFlag, textFlag } from '../../command.ts'
import type { BerthContext } from '../../context.ts'
import { failure, usage } from '../../failure.ts'
import { contextOf } from '../machine/shared.ts'

/** `berth logout` */
export const logoutCommand = defineCommand<{ token?: string; force: boolean }, [string]>({
  name: 'logout',
  brief: 'End a token: one you issued, or the one you use',
  details:
    'With --token: ends that token of a machine of yours, and those issued with it; whoever holds it is refused from then on. Without: gives back the token this machine uses, there and here.',
  examples: [
    ['berth logout big-box --token k3v0q2xa', 'nobody gets in with it any more'],
    ['berth logout big-box', 'give back the one you use'],
  ],
  flags: {
    token: textFlag('the id of the token; berth tokens lists them', 'id'),
    force: switchFlag('forget it here, even where the machine does not answer'),
  },
  arguments: [{ name: 'machine', brief: 'the machine', complete: 'machine' }],
  async run(context, flags, machine) {
    const { token, force } = flags
    const place = { home: berthHome(context.env), context: contextOf(flags) }
    if (token === undefined) return giveBack(context, place, machine, force)
    const client = await context.client(machine)
    const { record } = await client.call('token.revoke', { id: token })
    return {
      data: { machine, token: record.id, revoked: true, forgotten: false },
      text: `${record.id} (${record.holder}) is ended`,
    }
  },
})

async function giveBack(context: BerthContext, place: LoginPlace, machine: string, force: boolean) {
  if ((await readLogin(place, machine)) === undefined) {
    if (machine === 'local')
      throw usage('the owner has no token to give back', 'name one: berth logout local --token ID')
    throw failure(
      'MACHINE_NOT_CONNECTED',
      `not logged in to ${machine}`,
      `berth tokens --on ${machine} lists what you issued there`,
    )
  }
  const id = await endThere(context, machine, force)
  await removeLogin(place, machine)
  const said = id === null ? 'forgotten here; there it may still be valid' : 'ended there and forgotten here'
  return {
    data: { machine, token: id, revoked: id !== null, forgotten: true },
    text: `the token for ${machine} is ${said}`,
  }
}

/** Ends the token where it was issued; one that is not valid any more is as good as ended. */
async function endThere(context: BerthContext, machine: string, force: boolean): Promise<string | null> {
  try {
    const client = await context.client(machine)
    const { record } = await client.call('token.revoke', {})
    return record.id
  } catch (error) {
    const isOver = error instanceof ClientError && error.error.code === 'TOKEN_INVALID'
    if (isOver || force) return null
    throw error
  }
}
