import { createHash } from 'node:crypto'
import type { ToolIdentity, TreeFile } from '../../ports/ci.ts'
import { compileGlobs } from '../globs.ts'
import type { Stage } from '../model.ts'

/** What a stage's outcome depends on beside its own description. */
export interface KeyFacts {
  platform: string
  tools: readonly ToolIdentity[]
  /** The environment it runs in. */
  env: Readonly<Record<string, string>>
}

/** Digests of the files stages depend on; those of a list it has seen already are remembered. */
export interface InputDigests {
  of(files: readonly TreeFile[], globs: readonly string[]): string
}

/** Variables that compilers and test runners obey, whoever runs them. */
const alwaysRead =
  'CI NODE_ENV NODE_OPTIONS RUSTFLAGS RUSTUP_TOOLCHAIN CARGO_BUILD_TARGET GOFLAGS GOOS GOARCH CGO_ENABLED PYTHONPATH JAVA_HOME MAVEN_OPTS CC CXX CFLAGS CXXFLAGS LDFLAGS TZ LC_ALL FORCE_COLOR NO_COLOR'.split(
    ' ',
  )

/** Digests that live as long as the list they are of. */
export function createInputDigests(): InputDigests {
  const known = new WeakMap<readonly TreeFile[], Map<string, string>>()
  return {
    of(files, globs) {
      const digests = known.get(files) ?? new Map<string, string>()
      known.set(files, digests)
      const name = globs.join('\0')
      const digest = digests.get(name) ?? digestOf(files, globs)
      digests.set(name, digest)
      return digest
    },
  }
}

/** Path, mode and content of every file that matches: a file that only changed its name is another input. */
function digestOf(files: readonly TreeFile[], globs: readonly string[]): string {
  const matches = compileGlobs(globs)
  const hash = createHash('sha256')
  let text = ''
  for (const { path, mode, hash: content } of files) {
    if (!matches(path)) continue
    text += `${mode} ${content} ${path}\0`
    if (text.length < 65_536) continue
    hash.update(text)
    text = ''
  }
  return hash.update(text).digest('hex')
}

/** Variables of the caller's environment a stage's outcome depends on. */
export const keyVariables = ({ reads, command }: Stage): string[] =>
  [...new Set([...alwaysRead, ...reads, ...mentioned(command.argv)])].sort()

/** What a stage's pass is remembered by: everything its outcome can depend on. */
export function stageKey(stage: Stage, inputs: string, { platform, tools, env }: KeyFacts): string {
  const facts = {
    form: 1,
    argv: stage.command.argv,
    prepare: stage.prepare?.argv ?? null,
    directory: stage.directory,
    env: Object.entries(stage.env).sort(([one], [other]) => (one < other ? -1 : 1)),
    reads: keyVariables(stage).map((name) => [name, env[name] ?? null]),
    platform,
    tools,
    inputs,
  }
  return createHash('sha256').update(JSON.stringify(facts)).digest('hex')
}

/** Variables a shell line speaks of: `$NAME`, `${NAME…`. */
function mentioned(argv: readonly string[]): string[] {
  const [program, flag, line] = argv
  if (program !== '/bin/sh' || flag !== '-c' || line === undefined) return []
  return [...line.matchAll(/\$\{?([A-Za-z_]\w*)/g)].map(([, name = '']) => name)
}
