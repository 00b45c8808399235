import { expect, test } from 'vitest'
import {
  type DetectionCase,
  detect,
  detectOne,
  packageJson,
  type Repository,
  showStage,
} from '../../../../../tests/support/detect.ts'

const table: DetectionCase[] = [
  [
    'npm: only scripts that exist',
    { 'package.json': packageJson({ lint: 'eslint .', test: 'vitest run', start: 'node .' }), 'package-lock.json': '' },
    ['lint: npm run lint', 'test: npm run test'],
  ],
  [
    'pnpm, every kind of check',
    {
      'package.json': packageJson({
        'format:check': 'prettier -c .',
        format: 'prettier -w .',
        lint: 'eslint . && stylelint .',
        'lint:fix': 'eslint --fix .',
        'check-types': 'tsc --noEmit',
        test: 'jest',
        build: 'tsc',
      }),
      'pnpm-lock.yaml': '',
    },
    [
      'fmt: pnpm run format:check',
      'lint: pnpm run lint',
      'typecheck: pnpm run check-types',
      'test: pnpm run test',
      'build: pnpm run build',
    ],
  ],
  ['Yarn', { 'package.json': packageJson({ test: 'jest' }), 'yarn.lock': '' }, ['test: yarn run test']],
  ['Bun', { 'package.json': packageJson({ test: 'bun test' }), 'bun.lock': '' }, ['test: bun run test']],
  [
    'Bun, old lock file',
    { 'package.json': packageJson({ test: 'bun test' }), 'bun.lockb': '' },
    ['test: bun run test'],
  ],
  [
    'packageManager says more than a lock file',
    { 'package.json': packageJson({ test: 'x' }, { packageManager: 'pnpm@10.0.0' }), 'package-lock.json': '' },
    ['test: pnpm run test'],
  ],
  [
    "npm init's test is none, a formatter that writes is none, a test that watches is none",
    {
      'package.json': packageJson({
        test: 'echo "Error: no test specified" && exit 1',
        format: 'prettier --write .',
        'test:unit': 'vitest --watch',
        check: 'npm outdated',
      }),
    },
    [],
  ],
  [
    'a format script that checks, a check script that checks types, a test:ci beside a test that watches',
    {
      'package.json': packageJson({
        format: 'prettier --check .',
        check: 'svelte-check',
        test: 'jest --watch',
        'test:ci': 'jest',
      }),
    },
    ['fmt: npm run format', 'typecheck: npm run check', 'test: npm run test:ci'],
  ],
  [
    'an npm workspace: packages by their directory, the root first',
    {
      'package.json': packageJson({ lint: 'eslint .' }, { workspaces: ['packages/*', '!packages/old'] }),
      'package-lock.json': '',
      'packages/api/package.json': packageJson({ test: 'vitest run', lint: 'eslint .' }),
      'packages/web/package.json': packageJson({ test: 'vitest run', build: 'vite build' }),
    },
    [
      'lint: npm run lint',
      'api:lint: npm run lint (packages/api)',
      'api:test: npm run test (packages/api)',
      'web:test: npm run test (packages/web)',
      'web:build: npm run build (packages/web)',
    ],
  ],
  [
    'what the root runs in every package is not run again',
    {
      'package.json': packageJson({ test: 'turbo run test', build: 'pnpm -r build' }),
      'pnpm-workspace.yaml': 'packages:\n  - "apps/*"\n',
      'pnpm-lock.yaml': '',
      'apps/web/package.json': packageJson({ test: 'vitest run', build: 'vite build', lint: 'eslint .' }),
    },
    ['web:lint: pnpm run lint (apps/web)', 'test: pnpm run test', 'build: pnpm run build'],
  ],
  [
    'two packages of one name in different places',
    {
      'apps/web/package.json': packageJson({ test: 'a' }),
      'libs/web/package.json': packageJson({ test: 'b' }),
    },
    ['apps-web:test: npm run test (apps/web)', 'libs-web:test: npm run test (libs/web)'],
  ],
  [
    'packages of others and test data are none',
    {
      'package.json': packageJson({ test: 'a' }),
      'tests/fixtures/app/package.json': packageJson({ test: 'b' }),
      'vendor/x/package.json': packageJson({ test: 'c' }),
      'examples/y/package.json': packageJson({ test: 'd' }),
    },
    ['test: npm run test'],
  ],
]

test.each(table)('%s', (_, repository, stages) => {
  expect(detect(repository).map(showStage)).toEqual(stages)
})

test('a package of a workspace depends on the packages it is made from, and on the settings of the root', () => {
  const depends = (...names: string[]) => ({ dependencies: Object.fromEntries(names.map((name) => [name, '*'])) })
  const repository = {
    'package.json': packageJson({}, { workspaces: ['packages/*'] }),
    'packages/web/package.json': packageJson({ test: 'x' }, { name: '@x/web', ...depends('@x/ui', 'react') }),
    'packages/ui/package.json': packageJson({ test: 'x' }, { name: '@x/ui', ...depends('@x/theme') }),
    'packages/theme/package.json': packageJson({ test: 'x' }, { name: '@x/theme', ...depends('@x/ui') }),
    'packages/api/package.json': packageJson({ test: 'x' }, { name: '@x/api' }),
  }
  expect(detectOne(repository, 'web:test')?.inputs).toEqual([
    'packages/web/**',
    'packages/theme/**',
    'packages/ui/**',
    '*',
  ])
  expect(detectOne(repository, 'api:test')?.inputs).toEqual(['packages/api/**', '*'])
})

test.each<[string, Repository, string, string | undefined]>([
  ['clippy', { 'Cargo.toml': '[package]' }, 'lint', 'cargo clippy --fix --allow-dirty --allow-staged --all-targets'],
  ['a script that fixes', { 'package.json': packageJson({ lint: 'x', 'lint:fix': 'y' }) }, 'lint', 'npm run lint:fix'],
  ['eslint by its flag', { 'package.json': packageJson({ lint: 'eslint .' }) }, 'lint', 'npm run lint -- --fix'],
  [
    'biome by its flag, handed on without dashes',
    { 'package.json': packageJson({ lint: 'biome lint .' }), 'pnpm-lock.yaml': '' },
    'lint',
    'pnpm run lint --write',
  ],
  [
    'two programs in one script: nobody knows',
    { 'package.json': packageJson({ lint: 'eslint . && x' }) },
    'lint',
    undefined,
  ],
  ['tests are not fixed', { 'go.mod': '' }, 'test', undefined],
])('fix: %s', (_, repository, name, fix) => {
  expect(detectOne(repository, name)?.fix?.join(' ')).toBe(fix)
})

test.each<[string, Repository, object | null]>([
  ['npm', { 'package-lock.json': '' }, { missing: 'node_modules', argv: ['npm', 'ci'], directory: '' }],
  ['no lock file', {}, { missing: 'node_modules', argv: ['npm', 'install'], directory: '' }],
  [
    'Yarn 1',
    { 'yarn.lock': '' },
    { missing: 'node_modules', argv: ['yarn', 'install', '--frozen-lockfile'], directory: '' },
  ],
  [
    'Yarn 4',
    { 'yarn.lock': '', '.yarnrc.yml': '' },
    { missing: 'node_modules', argv: ['yarn', 'install', '--immutable'], directory: '' },
  ],
])('packages that are not there are installed first: %s', (_, files, expected) => {
  const manifest = packageJson({ test: 'x' }, { devDependencies: { x: '1' } })
  expect(detectOne({ 'package.json': manifest, ...files }, 'test')?.prepare).toEqual(expected)
})

test('a package without dependencies needs nothing installed', () => {
  expect(detectOne({ 'package.json': packageJson({ test: 'node --test' }) }, 'test')?.prepare).toBeNull()
})
