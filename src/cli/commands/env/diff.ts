import { renderTable } from '../../ui/table.ts'
import { defineCommand, envArgument, projectFlag, switchFlag } from '../common.ts'
import { envRef } from './shared.ts'

/** `berth diff` */
export const diffCommand = defineCommand<{ project?: string; stat: boolean }, [string]>({
  name: 'env.diff',
  brief: 'What an env changed since it was made',
  full: 'Commits, uncommitted and untracked work together, as a patch that git apply takes.',
  flags: { project: projectFlag, stat: switchFlag('file names and counts only') },
  positional: { kind: 'tuple', parameters: [envArgument] },
  async run(context, flags, name) {
    const client = await context.client(flags.on)
    const data = await client.call('env.diff', { env: envRef(context, name, flags.project), stat: flags.stat })
    return { data, text: flags.stat ? renderStat(data.files) : data.patch }
  },
})

interface ChangedFile {
  path: string
  added: number | null
  removed: number | null
}

function renderStat(files: readonly ChangedFile[]): string {
  if (files.length === 0) return ''
  const count = (lines: number | null, sign: string) => (lines === null ? 'binary' : `${sign}${lines}`)
  return renderTable<ChangedFile>(
    [
      { title: 'FILE', value: ({ path }) => path },
      { title: 'ADDED', value: ({ added }) => count(added, '+') },
      { title: 'REMOVED', value: ({ removed }) => count(removed, '-') },
    ],
    files,
  )
}
