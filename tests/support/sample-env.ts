import type { EnvRecord } from '../../src/core/envs/model.ts'

/** A ready env, for tests to which only some of it matters. */
export function sampleEnv(change: Partial<EnvRecord> = {}): EnvRecord {
  return {
    id: 'abc123',
    project: 'shop',
    name: 'feat-a',
    composeProject: 'shop-feat-a-abc123',
    source: { kind: 'empty' },
    workspace: '/workspaces/shop/feat-a',
    directory: '/workspaces/shop/feat-a',
    copyMethod: 'empty',
    branch: null,
    baseCommit: null,
    composeFiles: [],
    subnet: '10.224.0.0/26',
    phase: 'ready',
    desired: 'up',
    shared: [],
    serves: null,
    idleSince: null,
    extraNames: [],
    createdAt: '2026-01-01T00:00:00.000Z',
    ...change,
  }
}
