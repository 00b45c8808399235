import { defineCommand, yesFlag } from '../../command.ts'
import { confirm } from '../../ui/confirm.ts'
import { contextOf } from '../machine/shared.ts'
import { placeOf } from './shared.ts'

/** `berth app remote rm` */
export const removeCommand = defineCommand<object, [string]>({
  name: 'remote.remove',
  brief: 'No longer deploy what is pushed: the repository there goes, and the remote of this clone',
  details: 'The app goes on as it is. berth app rm takes the repository along.',
  flags: { yes: yesFlag },
  arguments: [{ name: 'app', brief: 'its name' }],
  async run(context, flags, app) {
    const place = await placeOf(context, flags)
    await confirm(context, flags.yes, `remove what was pushed for ${app} from ${place.machine}?`)
    const there = await context.client(flags.on)
    const { remote } = await there.call('remote.remove', { context: contextOf(flags), app })
    const url = place.urlOf(remote.repository)
    const here = await context.client()
    const { names } = await here.call('clone.unlink', { directory: context.directory, url })
    const gone = names.length === 0 ? '' : `; the remote ${names.join(', ')} of this clone is gone`
    return { data: { remote: { ...remote, url }, names }, text: `nothing is pushed for ${app} any more${gone}` }
  },
})
