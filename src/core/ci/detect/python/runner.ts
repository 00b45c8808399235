import { at, type Listing, tableAt } from '../listing.ts'
import type { DetectedTool } from '../model.ts'
import { pythonModule, tools } from '../tools.ts'

/** How the Python programs of a project are started. */
export interface Runner {
  /** A tool (`pytest`, `ruff` …) with its arguments. */
  start(program: string, ...args: string[]): string[]
  python(...args: string[]): string[]
  tool(program: string): DetectedTool
}

/** uv or Poetry where the project is theirs, else the interpreter at hand. `packages` are those the project asks for. */
export function runnerOf(listing: Listing, directory: string, root: string, packages: ReadonlySet<string>): Runner {
  if (isUv(listing, directory) || isUv(listing, root))
    return {
      // uv run knows only what the project asks for
      start: (program, ...args) => [...(packages.has(program) ? ['uv', 'run', program] : ['uvx', program]), ...args],
      python: (...args) => ['uv', 'run', 'python', ...args],
      tool: () => tools.uv,
    }
  if (isPoetry(listing, directory))
    return {
      start: (program, ...args) =>
        packages.has(program) ? ['poetry', 'run', program, ...args] : plain.start(program, ...args),
      python: (...args) => ['poetry', 'run', 'python', ...args],
      tool: (program) => (packages.has(program) || program === 'python' ? tools.poetry : plain.tool(program)),
    }
  return plain
}

/** The interpreter at hand. */
const plain: Runner = {
  start: (program, ...args) => ['python3', '-m', program, ...args],
  python: (...args) => ['python3', ...args],
  tool: (program) => (program === 'python' ? tools.python : pythonModule(program)),
}

function isUv(listing: Listing, directory: string): boolean {
  const settings = tableAt(listing.table(at(directory, 'pyproject.toml')), 'tool', 'uv')
  return listing.has(at(directory, 'uv.lock')) || Object.keys(settings).length > 0
}

function isPoetry(listing: Listing, directory: string): boolean {
  const settings = tableAt(listing.table(at(directory, 'pyproject.toml')), 'tool', 'poetry')
  return listing.has(at(directory, 'poetry.lock')) || Object.keys(settings).length > 0
}
