import { defineConfig } from 'vitest/config'
import { LongestFirst } from './tests/support/longest-first.ts'

// the tests see git as a user sees it who has not told it anything yet
const env = { GIT_CONFIG_GLOBAL: '/dev/null' }

interface ProjectOptions {
  globalSetup?: string
  maxWorkers?: number
  groupOrder?: number
  isolate?: boolean
}

// most of what tests with Docker do is to wait for others: one more than this machine's (CI's) two cores
const project = (
  name: string,
  include: string[],
  timeout: number,
  { maxWorkers = 3, groupOrder = 1, ...more }: ProjectOptions = {},
) => ({
  test: { name, include, testTimeout: timeout, hookTimeout: timeout, maxWorkers, env, sequence: { groupOrder }, ...more },
})

/** unit (pure, seconds), integration (each adapter against the real program), e2e (the built berth), lab (it on several hosts), corpus (public compose files). */
export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    projects: [
      project('unit', ['src/**/*.test.ts', 'tests/*.test.ts', 'tests/model-server/*.test.ts'], 30_000, {
        maxWorkers: 2,
        groupOrder: 0,
        // pure, and no module has state: files may share a process, which halves the time
        isolate: false,
      }),
      project('integration', ['tests/integration/**/*.test.ts'], 120_000),
      project('e2e', ['tests/e2e/**/*.test.ts'], 300_000, { globalSetup: 'tests/support/sweep.ts' }),
      project('lab', ['tests/lab/**/*.test.ts'], 300_000, { globalSetup: 'tests/support/sweep.ts' }),
      project('corpus', ['tests/corpus/**/*.test.ts'], 600_000),
    ],
  },
})
