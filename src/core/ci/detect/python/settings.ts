import { at, type Listing, valueAt } from '../listing.ts'

/** Where a Python tool is set up. */
interface Settings {
  /** Key below `[tool]` of pyproject.toml. */
  key: string
  /** Files of its own. */
  files: readonly string[]
  /** Section of setup.cfg. */
  section?: string
  /** Section of tox.ini. */
  tox?: string
  /** Id in .pre-commit-config.yaml. */
  hook?: string
}

const known = {
  ruff: { key: 'ruff', files: ['ruff.toml', '.ruff.toml'], hook: 'ruff(-check)?' },
  black: { key: 'black', files: [], hook: 'black' },
  flake8: { key: 'flake8', files: ['.flake8'], section: 'flake8', tox: 'flake8', hook: 'flake8' },
  mypy: { key: 'mypy', files: ['mypy.ini', '.mypy.ini'], section: 'mypy', hook: 'mypy' },
  pyright: { key: 'pyright', files: ['pyrightconfig.json'], hook: 'pyright' },
  pytest: { key: 'pytest', files: ['pytest.ini', '.pytest.ini', 'conftest.py'], section: 'tool:pytest', tox: 'pytest' },
} as const satisfies Record<string, Settings>

export type PythonTool = keyof typeof known

/** The file that sets up a tool for the project in a directory, or undefined. */
export function settingsOf(listing: Listing, directory: string, tool: PythonTool): string | undefined {
  const { key, files, section, tox, hook }: Settings = known[tool]
  const own = listing.firstOf(directory, files)
  if (own !== undefined) return own
  const pyproject = at(directory, 'pyproject.toml')
  if (valueAt(listing.table(pyproject), 'tool', key) !== undefined) return pyproject
  const places = [
    { file: 'setup.cfg', pattern: section && `^\\[${RegExp.escape(section)}\\]` },
    { file: 'tox.ini', pattern: tox && `^\\[${RegExp.escape(tox)}\\]` },
    { file: '.pre-commit-config.yaml', pattern: hook && `^\\s*-?\\s*id:\\s*["']?${hook}["']?\\s*$` },
  ]
  const found = places.find(({ file, pattern }) => pattern && saysIn(listing, at(directory, file), pattern))
  return found && at(directory, found.file)
}

/** The file that says that Ruff formats too, and not only lints; many projects want only that. */
export function ruffFormatOf(listing: Listing, directory: string): string | undefined {
  const pyproject = at(directory, 'pyproject.toml')
  if (valueAt(listing.table(pyproject), 'tool', 'ruff', 'format') !== undefined) return pyproject
  const hooks = at(directory, '.pre-commit-config.yaml')
  return saysIn(listing, hooks, `^\\s*-?\\s*id:\\s*["']?ruff-format["']?\\s*$`) ? hooks : undefined
}

const saysIn = (listing: Listing, path: string, pattern: string) =>
  new RegExp(pattern, 'm').test(listing.text(path) ?? '')
