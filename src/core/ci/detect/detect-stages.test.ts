/** Repositories as they are found, and the stages they get; JavaScript and Python have tables of their own. */
import { expect, test } from 'vitest'
import { type DetectionCase, detect, detectOne, packageJson, showStage } from '../../../../tests/support/detect.ts'

const gofmt =
  'sh -c listed=$(gofmt -l .) || exit; [ -z "$listed" ] || { printf "not formatted:\\n%s\\n" "$listed"; exit 1; }'

const table: DetectionCase[] = [
  ['nothing', { 'README.md': '' }, []],

  [
    'a Rust package',
    { 'Cargo.toml': '[package]\nname = "x"', 'Cargo.lock': '', 'src/main.rs': '' },
    ['fmt: cargo fmt --all --check', 'lint: cargo clippy --all-targets -- -D warnings', 'test: cargo test'],
  ],
  [
    'a Cargo workspace is one: its members get no stages of their own, what it excludes and other workspaces do',
    {
      'Cargo.toml': '[workspace]\nmembers = ["crates/*"]\nexclude = ["tools/gen"]',
      'crates/a/Cargo.toml': '[package]\nname = "a"',
      'crates/b/Cargo.toml': '[package]\nname = "b"',
      'tools/gen/Cargo.toml': '[package]\nname = "gen"',
      'own/Cargo.toml': '[package]\nname = "own"\n[workspace]',
      'examples/hello/Cargo.toml': '[package]\nname = "hello"',
    },
    [
      'fmt: cargo fmt --all --check',
      'own:fmt: cargo fmt --all --check (own)',
      'gen:fmt: cargo fmt --all --check (tools/gen)',
      'lint: cargo clippy --workspace --all-targets -- -D warnings',
      'own:lint: cargo clippy --all-targets -- -D warnings (own)',
      'gen:lint: cargo clippy --all-targets -- -D warnings (tools/gen)',
      'test: cargo test --workspace',
      'own:test: cargo test (own)',
      'gen:test: cargo test (tools/gen)',
    ],
  ],
  ['a package.json of a package that is not JSON', { 'go/package.json': '{' }, []],

  ['Go', { 'go.mod': 'module x', 'main.go': '' }, [`fmt: ${gofmt}`, 'lint: go vet ./...', 'test: go test ./...']],
  [
    'Go with golangci-lint',
    { 'go.mod': 'module x', '.golangci.yml': '' },
    [`fmt: ${gofmt}`, 'lint: golangci-lint run ./...', 'test: go test ./...'],
  ],
  [
    'a Go workspace',
    { 'go.work': 'go 1.22\n\nuse (\n\t./api // the API\n\t./lib\n)\n', 'api/go.mod': '', 'lib/go.mod': '' },
    [
      `api:fmt: ${gofmt} (api)`,
      `lib:fmt: ${gofmt} (lib)`,
      'api:lint: go vet ./... (api)',
      'lib:lint: go vet ./... (lib)',
      'api:test: go test ./... (api)',
      'lib:test: go test ./... (lib)',
    ],
  ],

  [
    'Maven: modules belong to their parent',
    { 'pom.xml': '<project><artifactId>spotless-maven-plugin</artifactId></project>', 'core/pom.xml': '<project/>' },
    [
      'fmt: mvn --batch-mode --no-transfer-progress spotless:check',
      'test: mvn --batch-mode --no-transfer-progress test',
      'build: mvn --batch-mode --no-transfer-progress package -DskipTests',
    ],
  ],
  [
    'Gradle with its wrapper',
    {
      'settings.gradle.kts': 'include("app")',
      'build.gradle.kts': 'plugins { checkstyle }',
      gradlew: '',
      'app/build.gradle.kts': '',
    },
    [
      'lint: ./gradlew --console=plain check -x test',
      'test: ./gradlew --console=plain test',
      'build: ./gradlew --console=plain assemble',
    ],
  ],
  [
    'Swift',
    { 'Package.swift': '', 'Tests/XTests/XTests.swift': '', '.swiftlint.yml': '', '.swift-format': '' },
    [
      'fmt: swift format lint --strict --recursive .',
      'lint: swiftlint lint --strict --quiet',
      'test: swift test',
      'build: swift build',
    ],
  ],
  [
    'Ruby with RSpec and RuboCop',
    { Gemfile: 'gem "rspec"\n  gem "rubocop", require: false\n', 'spec/x_spec.rb': '' },
    ['lint: bundle exec rubocop', 'test: bundle exec rspec'],
  ],
  [
    'Ruby with rake, Rails',
    {
      'lib/Gemfile': 'gem "minitest"',
      'lib/Rakefile': 'Rake::TestTask.new',
      'lib/test/x_test.rb': '',
      'app/Gemfile': "gem 'rails'",
      'app/bin/rails': '',
      'app/test/x_test.rb': '',
    },
    ['app:test: bundle exec rails test (app)', 'lib:test: bundle exec rake test (lib)'],
  ],
  [
    'PHP: scripts first, then tools with a file of their own',
    {
      'composer.json': JSON.stringify({ scripts: { test: 'phpunit' } }),
      'phpunit.xml': '',
      'phpstan.neon': '',
      '.php-cs-fixer.dist.php': '',
    },
    [
      'fmt: vendor/bin/php-cs-fixer fix --dry-run --diff',
      'typecheck: vendor/bin/phpstan analyse --no-progress',
      'test: composer run-script test',
    ],
  ],

  [
    'a Makefile alone',
    {
      Makefile: 'VERSION := 1\n.PHONY: all\nall: a b\n\nlint test:\n\techo\n\ncheck: test\nfmt:\n\tindent *.c\n',
      'x.c': '',
    },
    ['lint: make lint', 'test: make test', 'build: make all'],
  ],
  [
    'a justfile is asked before a Makefile',
    {
      justfile: 'set shell := ["sh"]\n\n@test name="x": build\n  true\nfmt-check:\n  true\n',
      Makefile: 'test:\nlint:\n',
    },
    ['fmt: just fmt-check', 'lint: make lint', 'test: just test'],
  ],
  [
    'a Makefile beside a language: only what that does not bring',
    { Makefile: 'build:\ntest:\nlint:\n', 'go.mod': 'module x' },
    [`fmt: ${gofmt}`, 'lint: go vet ./...', 'test: go test ./...', 'build: make build'],
  ],
  [
    'two languages in one directory: the name of the language where they would clash',
    {
      'Cargo.toml': '[package]\nname = "x"',
      'pyproject.toml': '[project]\nname = "x"\n[tool.ruff]\n[tool.mypy]',
    },
    [
      'fmt: cargo fmt --all --check',
      'rust:lint: cargo clippy --all-targets -- -D warnings',
      'python:lint: python3 -m ruff check .',
      'typecheck: python3 -m mypy .',
      'test: cargo test',
    ],
  ],
  [
    'a backend and a frontend',
    {
      'docker-compose.yml': '',
      'backend/go.mod': 'module x',
      'frontend/package.json': packageJson({ test: 'vitest run' }),
      'frontend/yarn.lock': '',
      'docs/requirements.txt': 'sphinx',
    },
    [
      `backend:fmt: ${gofmt} (backend)`,
      'backend:lint: go vet ./... (backend)',
      'frontend:test: yarn run test (frontend)',
      'backend:test: go test ./... (backend)',
    ],
  ],
]

test.each(table)('%s', (_, repository, stages) => {
  expect(detect(repository).map(showStage)).toEqual(stages)
})

test('modules of a Go workspace depend on each other; one beside it does not', () => {
  const repository = { 'go.work': 'use ./a\nuse ./b', 'a/go.mod': '', 'b/go.mod': '', 'c/go.mod': '' }
  expect(detectOne(repository, 'a:test')?.inputs).toEqual(['a/**', 'go.work', 'go.work.sum', 'b/**'])
  expect(detectOne(repository, 'c:test')?.inputs).toEqual(['c/**'])
})

test('every stage says which tool it needs and how to get that', () => {
  for (const [, repository] of table)
    for (const { tool, name } of detect(repository)) {
      expect(tool.probe.length, name).toBeGreaterThan(0)
      expect(tool.install, name).toMatch(/\S+ \S+/)
    }
})

test('names are of use on a command line, and none is given twice', () => {
  for (const [title, repository] of table) {
    const names = detect(repository).map(({ name }) => name)
    expect(new Set(names).size, title).toBe(names.length)
    for (const name of names) expect(name).toMatch(/^[\w.:-]+$/)
  }
})

test.each([
  ['package.json', '{"scripts": {', 'package.json:1:14: cannot be read'],
  ['package.json', '\n', 'package.json:1:1: cannot be read: Unexpected end of JSON input'],
  ['composer.json', '{\n"a": 1,\n}', 'composer.json:3:1: cannot be read'],
  ['Cargo.toml', '[package]\nname = ', 'Cargo.toml:2:'],
  ['pyproject.toml', 'name', 'pyproject.toml:1:'],
])('%s of the repository that cannot be read is no pass: %j', (file, text, said) => {
  expect(() => detect({ [file]: text })).toThrow(said)
})
