import { at, type Listing } from './listing.ts'
import type { DetectedUnit } from './model.ts'
import { tools } from './tools.ts'

const lintConfigs = ['.golangci.yml', '.golangci.yaml', '.golangci.toml', '.golangci.json']

/** gofmt lists what differs, and ends with 0 all the same. */
const unformatted =
  'listed=$(gofmt -l .) || exit; [ -z "$listed" ] || { printf "not formatted:\\n%s\\n" "$listed"; exit 1; }'

/** Go modules, each a unit; those of a `go.work` depend on each other, so that a change in one concerns all. */
export function detectGo(listing: Listing): DetectedUnit[] {
  const inWorkspace = workspaceModules(listing)
  return listing.directoriesWith('go.mod').map((directory) => unit(listing, directory, inWorkspace))
}

/** Directories a `go.work` at the root uses. */
function workspaceModules(listing: Listing): string[] {
  const text = listing.text('go.work') ?? ''
  const block = /^use\s*\(([^)]*)\)/m.exec(text)?.[1] ?? ''
  const single = [...text.matchAll(/^use\s+([^\s(]+)/gm)].map(([, path = '']) => path)
  const words = block.split('\n').map((line) => line.replace(/\/\/.*/, '').trim())
  return [...words, ...single]
    .filter((word) => word !== '')
    .map((word) => word.replace(/^\.\/?/, '').replace(/\/$/, ''))
}

function unit(listing: Listing, directory: string, inWorkspace: readonly string[]): DetectedUnit {
  const source = at(directory, 'go.mod')
  const linter = listing.firstOf(directory, lintConfigs) ?? listing.firstOf('', lintConfigs)
  const shared = inWorkspace.includes(directory)
    ? ['go.work', 'go.work.sum', ...inWorkspace.map((path) => at(path, '**'))]
    : []
  const everything = [...new Set([at(directory, '**'), ...(linter === undefined ? [] : [linter]), ...shared])]
  const common = { source, prepare: null, inputs: everything }
  return {
    ecosystem: 'go',
    directory,
    checks: [
      {
        ...common,
        kind: 'fmt',
        argv: ['sh', '-c', unformatted],
        fix: ['gofmt', '-w', '.'],
        inputs: [at(directory, '**/*.go')],
        tool: tools.gofmt,
      },
      linter === undefined
        ? { ...common, kind: 'lint', argv: ['go', 'vet', './...'], fix: null, tool: tools.go }
        : {
            ...common,
            kind: 'lint',
            argv: ['golangci-lint', 'run', './...'],
            fix: ['golangci-lint', 'run', '--fix', './...'],
            tool: tools.golangciLint,
          },
      { ...common, kind: 'test', argv: ['go', 'test', './...'], fix: null, tool: tools.go },
    ],
  }
}
