import { matchesGlob } from 'node:path/posix'
import { at, below, isBelow, type Listing, stringsOf, valueAt } from '../listing.ts'
import type { DetectedCheck, DetectedUnit, StageKind } from '../model.ts'
import { packagesOf } from './packages.ts'
import { type Runner, runnerOf } from './runner.ts'
import { type PythonTool, ruffFormatOf, settingsOf } from './settings.ts'

/** Python projects: Ruff, Black, Flake8, mypy, Pyright, pytest as far as a project is set up for them. */
export function detectPython(listing: Listing): DetectedUnit[] {
  const projects = listing.directoriesWith(/^(pyproject\.toml|setup\.py|setup\.cfg|Pipfile|manage\.py)$/)
  // a list of requirements alone makes a project where there is no other above it: not that of the docs
  const lists = listing
    .directoriesWith(/^requirements.*\.(txt|in)$/)
    .filter((directory) => !projects.some((project) => isBelow(project, directory)))
  const directories = [...new Set([...projects, ...lists])]
  const units = directories.map((directory) => unit(listing, directory, workspaceRoot(listing, directories, directory)))
  return units.map((one) => withoutTestsOfRoot(one, units, listing, directories))
}

/** The uv workspace a directory is a member of, or the directory itself. */
function workspaceRoot(listing: Listing, directories: readonly string[], directory: string): string {
  const root = directories.find((one) => {
    if (one === directory || !isBelow(one, directory)) return false
    const members = stringsOf(valueAt(listing.table(at(one, 'pyproject.toml')), 'tool', 'uv', 'workspace', 'members'))
    return members.some((pattern) => matchesGlob(below(one, directory), pattern))
  })
  return root ?? directory
}

/** pytest at the root of a workspace runs the tests of its members. */
function withoutTestsOfRoot(
  one: DetectedUnit,
  units: readonly DetectedUnit[],
  listing: Listing,
  directories: readonly string[],
): DetectedUnit {
  const root = workspaceRoot(listing, directories, one.directory)
  const tested = units.find(({ directory }) => directory === root)?.checks.some(({ kind }) => kind === 'test')
  if (root === one.directory || !tested) return one
  return { ...one, checks: one.checks.filter(({ kind }) => kind !== 'test') }
}

const sources = ['**/*.py', '**/*.pyi', '**/*.ipynb']
const settingFiles = ['pyproject.toml', 'setup.cfg', 'tox.ini', '*.lock', '.pre-commit-config.yaml', 'requirements*']

function unit(listing: Listing, directory: string, root: string): DetectedUnit {
  // a tool the project asks for is as good as one it sets up
  const asked = packagesOf(listing, directory)
  const runner = runnerOf(listing, directory, root, asked.union(packagesOf(listing, root)))
  const style = [...sources, ...settingFiles].map((pattern) => at(directory, pattern))
  const make = (kind: StageKind, program: string, source: string, args: string[], fix?: string[]): DetectedCheck => ({
    kind,
    argv: runner.start(program, ...args),
    fix: fix === undefined ? null : runner.start(program, ...fix),
    inputs: [...style, ...(style.includes(source) ? [] : [source])],
    tool: runner.tool(program),
    prepare: null,
    source,
  })
  const manifest = listing.firstOf(directory, ['pyproject.toml', 'requirements.txt', 'Pipfile', 'setup.py']) ?? ''
  const find = (tool: PythonTool) => settingsOf(listing, directory, tool) ?? (asked.has(tool) ? manifest : undefined)
  const [ruff, black, flake8] = [find('ruff'), find('black'), find('flake8')]
  const [mypy, pyright, ruffFormat] = [find('mypy'), find('pyright'), ruffFormatOf(listing, directory)]
  const checks: (DetectedCheck | undefined)[] = [
    black !== undefined && ruffFormat === undefined ? make('fmt', 'black', black, ['--check', '.'], ['.']) : undefined,
    ruffFormat === undefined ? undefined : make('fmt', 'ruff', ruffFormat, ['format', '--check', '.'], ['format', '.']),
    ruff !== undefined ? make('lint', 'ruff', ruff, ['check', '.'], ['check', '--fix', '.']) : undefined,
    ruff === undefined && flake8 !== undefined ? make('lint', 'flake8', flake8, []) : undefined,
    mypy !== undefined ? make('typecheck', 'mypy', mypy, mypyNamesFiles(listing, directory) ? [] : ['.']) : undefined,
    mypy === undefined && pyright !== undefined ? make('typecheck', 'pyright', pyright, []) : undefined,
    testCheck(listing, directory, runner, find('pytest'), manifest),
  ]
  return { ecosystem: 'python', directory, checks: checks.filter((check) => check !== undefined) }
}

/** Whether the settings of mypy say what it looks at. */
function mypyNamesFiles(listing: Listing, directory: string): boolean {
  const table = valueAt(listing.table(at(directory, 'pyproject.toml')), 'tool', 'mypy')
  return ['files', 'packages', 'modules'].some((key) => valueAt({ table }, 'table', key) !== undefined)
}

/** pytest, else Django's own tests, else unittest where there are files for it. */
function testCheck(
  listing: Listing,
  directory: string,
  runner: Runner,
  pytest: string | undefined,
  manifest: string,
): DetectedCheck | undefined {
  const common = { kind: 'test' as const, fix: null, inputs: [at(directory, '**')], prepare: null }
  if (pytest !== undefined)
    return { ...common, argv: runner.start('pytest'), tool: runner.tool('pytest'), source: pytest }
  const manage = listing.firstOf(directory, ['manage.py'])
  if (manage !== undefined)
    return { ...common, argv: runner.python('manage.py', 'test'), tool: runner.tool('python'), source: manage }
  const place = ['tests', 'test'].find((name) => listing.anyBelow(at(directory, name), /^test[^/]*\.py$/))
  if (place === undefined) return undefined
  const top = listing.has(at(directory, `${place}/__init__.py`)) ? ['-t', '.'] : []
  const argv = runner.python('-m', 'unittest', 'discover', '-s', place, ...top)
  return { ...common, argv, tool: runner.tool('python'), source: manifest }
}
