import { defineCommand, envArgument, projectFlag, switchFlag } from '../../command.ts'
import type { Ui } from '../../ui/ui.ts'
import { envRef } from './shared.ts'

/** `berth diff` */
export const diffCommand = defineCommand<{ project?: string; stat: boolean }, [string]>({
  name: 'env.diff',
  brief: 'What an env changed since it was made',
  details: 'Commits, uncommitted and untracked work together, as a patch that git apply takes.',
  flags: { project: projectFlag, stat: switchFlag('file names and counts only') },
  examples: [
    ['berth diff feat-x', 'read it'],
    ['berth diff feat-x --stat', 'which files'],
    ['berth diff feat-x | git apply', 'take it over'],
  ],
  arguments: [envArgument],
  async run(context, flags, name) {
    const client = await context.client(flags.on)
    const data = await client.call('env.diff', { env: envRef(context, name, flags.project), stat: flags.stat })
    return { data, text: flags.stat ? renderStat(data.files, context.ui) : data.patch, exact: true }
  },
})

interface ChangedFile {
  path: string
  added: number | null
  removed: number | null
}

function renderStat(files: readonly ChangedFile[], { table }: Pick<Ui, 'table'>): string {
  if (files.length === 0) return ''
  const count = (lines: number | null, sign: string) => (lines === null ? 'binary' : `${sign}${lines}`)
  return table<ChangedFile>(
    [
      { title: 'FILE', value: ({ path }) => path },
      { title: 'ADDED', value: ({ added }) => count(added, '+') },
      { title: 'REMOVED', value: ({ removed }) => count(removed, '-') },
    ],
    files,
  )
}
