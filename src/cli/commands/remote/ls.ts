import { defineCommand, quietFlag } from '../../command.ts'
import { contextOf } from '../machine/shared.ts'
import { placeOf, type Remote, shortOf } from './shared.ts'

/** `berth app remote ls` */
export const listCommand = defineCommand<{ quiet: boolean }>({
  name: 'remote.list',
  brief: 'What can be pushed to on a machine, and what was pushed last',
  flags: { quiet: quietFlag },
  async run(context, flags) {
    const place = await placeOf(context, flags)
    const client = await context.client(flags.on)
    const found = await client.call('remote.list', { context: contextOf(flags) })
    const remotes = found.remotes.map((remote): Remote => ({ ...remote, url: place.urlOf(remote.repository) }))
    const data = { remotes }
    if (flags.quiet) return { data, text: remotes.map(({ app }) => app).join('\n') }
    if (remotes.length === 0) return { data, text: 'nothing is deployed by git push: berth app remote add' }
    const text = context.ui.table<Remote>(
      [
        { title: 'APP', value: ({ app }) => app },
        { title: 'BRANCH', value: ({ branch }) => branch },
        { title: 'COMMIT', value: ({ commit }) => shortOf(commit) },
        { title: 'ADDRESS', value: ({ url }) => url, spare: true },
      ],
      remotes,
    )
    return { data, text }
  },
})
