import { defineConfig } from 'vitest/config'

// the tests see git as a user sees it who has not told it anything yet
const env = { GIT_CONFIG_GLOBAL: '/dev/null' }

const project = (name: string, include: string[], timeout: number, more: { globalSetup?: string } = {}) => ({
  test: { name, include, testTimeout: timeout, hookTimeout: timeout, maxWorkers: 2, env, ...more },
})

/** unit (pure, seconds), integration (each adapter against the real program), e2e (the built berth), corpus (public compose files). */
export default defineConfig({
  test: {
    projects: [
      project('unit', ['src/**/*.test.ts', 'tests/*.test.ts', 'tests/model-server/*.test.ts'], 10_000),
      project('integration', ['tests/integration/**/*.test.ts'], 120_000),
      project('e2e', ['tests/e2e/**/*.test.ts'], 300_000, { globalSetup: 'tests/support/sweep.ts' }),
      project('corpus', ['tests/corpus/**/*.test.ts'], 600_000),
    ],
  },
})
