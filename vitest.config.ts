import { defineConfig } from 'vitest/config'

const project = (name: string, include: string[], timeout: number, maxWorkers: number) => ({
  test: { name, include, testTimeout: timeout, hookTimeout: timeout, maxWorkers },
})

/** unit (pure, seconds), integration (each adapter against the real program), e2e (the built berth), corpus (public compose files). */
export default defineConfig({
  test: {
    projects: [
      project('unit', ['src/**/*.test.ts', 'tests/*.test.ts', 'tests/model-server/*.test.ts'], 10_000, 2),
      project('integration', ['tests/integration/**/*.test.ts'], 120_000, 2),
      project('e2e', ['tests/e2e/**/*.test.ts'], 300_000, 2),
      project('corpus', ['tests/corpus/**/*.test.ts'], 600_000, 2),
    ],
  },
})
