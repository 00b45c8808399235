import type { DetectedTool } from './model.ts'

const tool = (name: string, install: string, probe: readonly string[] = [name, '--version']): DetectedTool => ({
  name,
  probe,
  install,
})

const rustup = 'install Rust: https://rustup.rs'
const maven = 'install Maven (apt install maven, brew install maven)'
const gradle = 'install Gradle (brew install gradle), or add the wrapper: gradle wrapper'

/** The tools stages need: how to see that each is there, and how it is installed. */
export const tools = {
  cargo: tool('cargo', rustup),
  rustfmt: tool('rustfmt', 'rustup component add rustfmt', ['cargo', 'fmt', '--version']),
  clippy: tool('clippy', 'rustup component add clippy', ['cargo', 'clippy', '--version']),
  go: tool('go', 'install Go: https://go.dev/doc/install', ['go', 'version']),
  gofmt: tool('gofmt', 'install Go: https://go.dev/doc/install', ['go', 'version']),
  golangciLint: tool('golangci-lint', 'install golangci-lint: https://golangci-lint.run'),
  npm: tool('npm', 'install Node.js, which brings npm: https://nodejs.org'),
  pnpm: tool('pnpm', 'install pnpm: corepack enable pnpm, or npm install -g pnpm'),
  yarn: tool('yarn', 'install Yarn: corepack enable yarn, or npm install -g yarn'),
  bun: tool('bun', 'install Bun: https://bun.sh'),
  uv: tool('uv', 'install uv: https://docs.astral.sh/uv'),
  poetry: tool('poetry', 'install Poetry: pipx install poetry'),
  python: tool('python3', 'install Python 3 (apt install python3)'),
  maven: tool('mvn', maven),
  gradle: tool('gradle', gradle),
  java: tool('java', 'install a JDK (apt install default-jdk-headless)', ['java', '-version']),
  swift: tool('swift', 'install Swift: https://swift.org/install'),
  swiftlint: tool('swiftlint', 'install SwiftLint: brew install swiftlint', ['swiftlint', 'version']),
  swiftformat: tool('swiftformat', 'install SwiftFormat: brew install swiftformat'),
  bundler: tool('bundle', 'install Ruby with Bundler (apt install ruby-bundler)'),
  php: tool('php', 'install PHP (apt install php-cli)'),
  composer: tool('composer', 'install Composer: https://getcomposer.org'),
  make: tool('make', 'install make (apt install make)'),
  just: tool('just', 'install just: https://just.systems'),
} as const

/** A Python program that runs as a module of the interpreter of the project. */
export const pythonModule = (module: string): DetectedTool =>
  tool(module, `python3 -m pip install ${module}`, ['python3', '-m', module, '--version'])
