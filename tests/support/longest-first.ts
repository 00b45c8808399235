import { BaseSequencer, type TestSpecification } from 'vitest/node'

/**
 * Files that take long, in seconds of a quiet machine with two cores, as `npm test` tells them at its end. They only decide what is
 * begun first, so that no worker is left alone with a long one in the end; about right is good enough.
 */
const seconds: Readonly<Record<string, number>> = {
  'e2e/deploy': 180,
  'e2e/deploy-apps': 60,
  'e2e/concurrency': 129,
  'e2e/deploy-addons': 80,
  'lab/deploy-fleet': 122,
  'lab/ci': 99,
  'lab/tunnels': 84,
  'e2e/readme': 76,
  'lab/faults': 74,
  'e2e/crash': 64,
  'e2e/ci-languages': 61,
  'e2e/engine-loss': 60,
  'lab/tailnet': 60,
  'lab/sync': 55,
  'lab/bare': 55,
  'lab/feed': 48,
  'e2e/deploy-canary': 45,
  'e2e/shared': 44,
  'e2e/token-terminals': 43,
  'e2e/logs': 42,
  'lab/provider': 36,
  'e2e/webhooks': 35,
  'lab/git-push': 32,
  'e2e/ingress-upgrade': 32,
  'e2e/connect': 32,
  'lab/deploy': 31,
  'integration/workspaces/contract': 31,
  'e2e/interrupt': 30,
  'e2e/deploy-crash': 30,
  'lab/ci-away': 29,
  'integration/podman/contract': 29,
  'e2e/vault': 28,
  'lab/machines': 27,
  'e2e/events': 27,
  'e2e/care': 27,
  'integration/workspaces/failures': 26,
  'e2e/deploy-reconcile': 26,
  'e2e/ci': 26,
  'e2e/certificates': 26,
  'lab/ci-languages': 23,
  'integration/docker/contract': 23,
  'e2e/restore': 23,
  'lab/names': 22,
  'integration/workspaces/odd-repositories': 22,
  'e2e/what-is-said': 22,
  'e2e/security': 21,
}
/** Of all others. */
const usual = 12

/** Runs the files that take longest first, of whatever tier. */
export class LongestFirst extends BaseSequencer {
  override sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return Promise.resolve([...files].sort((a, b) => timeOf(b.moduleId) - timeOf(a.moduleId)))
  }
}

function timeOf(path: string): number {
  return seconds[/\btests\/(.+)\.test\.ts$/.exec(path)?.[1] ?? ''] ?? usual
}
