import type { SourceLook, WorkspaceRequest } from '../../core/ports/workspaces.ts'
import type { BaseKind } from './bases.ts'
import { canHaveBase, changesSince } from './from-base.ts'
import { openSource } from './source.ts'
import type { WorkspaceTools } from './tools.ts'

/** Looks through the source for what changed since the frozen copies a workspace may be made of. Never rejects. */
export async function lookAtSource(
  tools: WorkspaceTools,
  request: Pick<WorkspaceRequest, 'source' | 'rules' | 'method' | 'signal'>,
): Promise<SourceLook> {
  const found: Map<string, ReturnType<typeof changesSince>> = new Map()
  const kinds = await kindsOf(tools, request).catch(() => [])
  for (const kind of kinds) {
    const base = await tools.bases.newest(kind).catch(() => null)
    if (base === null) continue
    // a few at a time: a hundred at once would hold all they find together
    const changes = tools.aside(() => changesSince(tools, request, kind, base))
    // who makes the workspace hears of it
    changes.catch(() => undefined)
    found.set(base.directory, changes)
  }
  return { found }
}

async function kindsOf(
  tools: WorkspaceTools,
  { source: from, rules, method }: Pick<WorkspaceRequest, 'source' | 'rules' | 'method'>,
): Promise<BaseKind[]> {
  if (from.kind === 'empty' || method === 'copy' || method === 'reflink') return []
  const source = await openSource(tools.git, from, rules)
  if (!(await canHaveBase(source))) return []
  const methods = method === 'auto' ? (['overlay', 'btrfs-snapshot'] as const) : [method]
  return methods.map((one) => ({ source, method: one }))
}
