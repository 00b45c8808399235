import { AppError } from '../../core/errors.ts'
import type { Host, Workspaces } from '../../core/ports.ts'
export function createWorkspaces({ host }: { host: Host; stateDirectory: string }): Workspaces {
  const no = () => {
    throw new AppError('NOT_SUPPORTED', 'not yet')
  }
  return {
    async create({ source, workspace, branch }) {
      if (source.kind === 'empty') {
        await host.run(['mkdir', '-p', workspace])
        return { method: 'empty', directory: workspace, branch: null, baseCommit: null, files: 0, skipped: [] }
      }
      const r = await host.run(['cp', '-a', source.directory, workspace])
      if (r.exitCode !== 0) throw new AppError('WORKSPACE_FAILED', r.stderr)
      const g = await host.run(['git', '-C', workspace, 'checkout', '-q', '-b', branch])
      return {
        method: 'copy',
        directory: workspace,
        branch: g.exitCode === 0 ? branch : null,
        baseCommit: null,
        files: 0,
        skipped: [],
      }
    },
    remove: async (workspace) => void (await host.run(['rm', '-rf', workspace])),
    restore: async () => undefined,
    diff: no,
    commitAll: no,
    pull: no,
    merge: no,
  }
}
