import { BaseSequencer, type TestSpecification } from 'vitest/node'

/**
 * Files that take long, in seconds of a quiet machine with two cores, as `npm test` tells them at its end. They only decide what is
 * begun first, so that no worker is left alone with a long one in the end; about right is good enough.
 */
const seconds: Readonly<Record<string, number>> = {
  'e2e/readme': 102,
  'lab/faults': 82,
  'integration/workspaces/contract': 70,
  'lab/bare': 65,
  'lab/ci': 62,
  'e2e/deploy-crash': 60,
  'e2e/deploy': 60,
  'e2e/crash': 60,
  'e2e/connect': 45,
  'e2e/concurrency': 40,
  'lab/tailnet': 45,
  'e2e/ingress-upgrade': 45,
  'e2e/ci-languages': 45,
  'lab/provider': 38,
  'lab/git-push': 40,
  'e2e/git-push': 25,
  'lab/ci-languages': 36,
  'lab/ci-away': 34,
  'lab/machines': 32,
  'lab/agents': 22,
  'e2e/token-terminals': 22,
  'lab/deploy': 31,
  'integration/podman/contract': 30,
  'integration/workspaces/later-changes': 30,
  'e2e/api-fuzz': 30,
  'corpus/corpus': 26,
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
