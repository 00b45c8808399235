import { at, type Listing, tableAt } from '../listing.ts'
import type { DetectedCheck, DetectedUnit } from '../model.ts'
import { managerOf } from './manager.ts'
import { chooseScripts, runsPackages, type Scripts } from './scripts.ts'
import { dependenciesWithin, type Workspace, workspacesIn } from './workspaces.ts'

/** JavaScript and TypeScript packages: their own scripts, run by the manager whose lock file is there. */
export function detectJavascript(listing: Listing): DetectedUnit[] {
  const directories = listing.directoriesWith('package.json')
  const workspaces = workspacesIn(listing, directories)
  return directories.map((directory) => {
    const workspace = workspaces.find(({ members }) => members.includes(directory))
    const checks = checksOf(listing, directory, workspace)
    return { ecosystem: 'js', directory, checks: workspace ? checks.filter(notRunByRoot(listing, workspace)) : checks }
  })
}

function scriptsOf(listing: Listing, directory: string): Scripts {
  const entries = Object.entries(tableAt(listing.table(at(directory, 'package.json')), 'scripts'))
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'))
}

function checksOf(listing: Listing, directory: string, workspace: Workspace | undefined): DetectedCheck[] {
  const { tool, run, prepare } = managerOf(listing, directory)
  const inputs = inputsOf(listing, directory, workspace)
  return chooseScripts(scriptsOf(listing, directory)).map(({ kind, name, fix }) => ({
    kind,
    argv: run(name),
    fix: fix && run(fix.script, fix.flag),
    inputs,
    tool,
    prepare,
    source: at(directory, 'package.json'),
  }))
}

/** A script may read anything of its package, of the packages it is made from, and the settings at the root. */
function inputsOf(listing: Listing, directory: string, workspace: Workspace | undefined): string[] {
  if (workspace === undefined) return [at(directory, '**')]
  const others = dependenciesWithin(listing, workspace, directory).map((other) => at(other, '**'))
  return [at(directory, '**'), ...others, at(workspace.root, '*')]
}

/** Where a script of the root runs those of the packages, they are not run a second time. */
function notRunByRoot(listing: Listing, { root }: Workspace) {
  const scripts = scriptsOf(listing, root)
  const covered = chooseScripts(scripts)
    .filter(({ name }) => runsPackages(scripts[name] ?? ''))
    .map(({ kind }) => kind)
  return ({ kind }: DetectedCheck) => !covered.includes(kind)
}
