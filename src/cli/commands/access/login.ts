import { choiceFlag, defineCommand, listFlag, numberFlag, switchFlag, textFlag } from '../../command.ts'
import { usage } from '../../failure.ts'
import { contextOf } from '../machine/shared.ts'
import type { IssueFlags } from './issue.ts'

interface Flags extends IssueFlags {
  for?: string
  name?: string
}

/** `berth login` */
export const loginCommand = defineCommand<Flags, [string]>({
  name: 'login',
  brief: 'Give somebody a token for a machine of yours, or use one you were given',
  details: [
    'With --for, on a machine of yours: issues a token, prints it, and shows it this once. It allows what --scope says, in the projects named, and never more than its issuer may. berth tokens lists them, berth logout MACHINE --token ID ends one.',
    'With an address (https://host:port): keeps the token you were given, so that --on NAME reaches that machine. It is read from BERTH_TOKEN, from the standard input, or asked for; never from the command line, which others can read. The machine has to show the certificate the token names, or it is not told the token.',
  ].join('\n\n'),
  forms: ['<machine> --for <whom> [--scope read|operate|admin] …', 'https://<host>[:<port>] [--name <machine>]'],
  examples: [
    ['berth login local --for ci --scope operate --project shop --expires 30d', 'a token for your CI'],
    ['berth login https://big-box.example:7443 --name big-box', 'use one that was given to you'],
  ],
  flags: {
    for: textFlag('who gets the token, in a word', 'whom'),
    scope: choiceFlag('look, change envs, or administer; read unless said', ['read', 'operate', 'admin']),
    project: listFlag('only in this project; all unless said', 'name', 'project'),
    programs: switchFlag("may also run programs there, as the machine's user"),
    expires: textFlag('how long it lasts; until revoked unless said', 'duration'),
    envs: numberFlag('at most so many envs', 'count'),
    cpus: textFlag('at most so many CPUs, over all envs', 'count'),
    memory: textFlag('at most so much memory, over all envs', 'size'),
    disk: textFlag('at most so much disk, over all envs', 'size'),
    name: textFlag('what to call the machine here; its host name unless said', 'machine'),
  },
  arguments: [{ name: 'machine', brief: 'a machine of yours, or an address', complete: 'machine' }],
  async run(context, flags, where) {
    if (where.startsWith('https://')) {
      if (flags.for !== undefined) throw usage('--for issues a token, an address uses one: give one of them')
      const { useToken } = await import('./use.ts')
      return useToken(context, contextOf(flags), where, flags.name)
    }
    if (flags.for === undefined)
      throw usage(
        `a token for whom?`,
        `berth login ${where} --for ci; with a token you were given: berth login https://HOST:PORT`,
      )
    const { issueToken } = await import('./issue.ts')
    return issueToken(context, where, flags.for, flags)
  },
})
