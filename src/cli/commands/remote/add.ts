import { defineCommand, textFlag } from '../../command.ts'
import { failure } from '../../failure.ts'
import { whoAsks } from '../deploy/shared.ts'
import { contextOf } from '../machine/shared.ts'
import { placeOf } from './shared.ts'

interface Flags {
  branch?: string
  name?: string
}

/** `berth app remote add` */
export const addCommand = defineCommand<Flags, [string]>({
  name: 'remote.add',
  brief: 'Have git push deploy an app: a repository there, and a remote of this clone',
  details:
    'What is pushed to the branch is deployed before git takes it: what fails is refused, and the version before goes on. The deploy is done by the machine itself, with the secrets that are there. Asked again it changes what is different.',
  examples: [
    ['berth app remote add shop --on prod-1', 'then: git push berth main'],
    ['berth app remote add shop --on prod-2 --branch release --name prod-2', 'another branch, another remote'],
  ],
  flags: {
    branch: textFlag('the branch that is deployed; main unless said', 'name'),
    name: textFlag('what the remote is called in this clone; berth unless said', 'name'),
  },
  arguments: [{ name: 'app', brief: 'its name; it need not be deployed yet' }],
  async run(context, flags, app) {
    const here = await context.client()
    const { branch = 'main', name = 'berth' } = flags
    const { directory, remotes } = await here.call('clone.show', { directory: context.directory })
    refuseTaken(name, remotes, `/remotes/${contextOf(flags)}/${app}/${app}.git`)
    const place = await placeOf(context, flags)
    const there = await context.client(flags.on)
    const { machine } = place
    const by = whoAsks()
    const { remote } = await there.call('remote.add', {
      context: contextOf(flags),
      app,
      branch,
      directory,
      machine,
      by,
    })
    const url = place.urlOf(remote.repository)
    await here.call('clone.link', { directory: context.directory, name, url, by })
    const data = { remote: { ...remote, url }, name }
    return {
      data,
      text: `git push ${name} ${branch} deploys ${app}${machine === 'local' ? '' : ` on ${machine}`}\n\n${url}`,
    }
  },
})

/** Before anything is made there: a remote of this name that leads elsewhere is somebody's. */
function refuseTaken(name: string, remotes: readonly { name: string; url: string }[], end: string): void {
  const taken = remotes.find((one) => one.name === name)
  if (taken !== undefined && !taken.url.endsWith(end))
    throw failure('REMOTE_TAKEN', `the remote ${name} of this clone leads to ${taken.url}`)
}
