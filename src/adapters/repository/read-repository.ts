import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import ignore, { type Ignore } from 'ignore'
import { isManifest } from '../../core/ci/detect/manifests.ts'
import type { RepositoryFiles } from '../../core/ci/detect/model.ts'
import type { Host } from '../../core/ports.ts'

/** Directories nobody wants to look into where no git says what is ignored. */
const neverLooked = new Set(['.git', 'node_modules', '.venv', 'venv', 'target', '__pycache__'])

/** Files beyond this are not looked at where git does not list them: not a project, but a home directory or a disk. */
const mostWalked = 50_000

/**
 * What detection needs of a directory: the files git knows or would add, or all of them where there is no repository, and
 * the texts of manifests. Paths are relative to the directory.
 */
export async function readRepository(host: Pick<Host, 'run'>, directory: string): Promise<RepositoryFiles> {
  return readManifests(directory, (await listByGit(host, directory)) ?? (await walk(directory)))
}

/** The same from a listing that is there already. Files that git lists and nobody can read are taken as gone. */
export async function readManifests(directory: string, files: readonly string[]): Promise<RepositoryFiles> {
  const texts = new Map<string, string>()
  const gone = new Set<string>()
  const read = async (path: string) => {
    const text = await readFile(join(directory, path), 'utf8').catch(() => undefined)
    if (text === undefined) gone.add(path)
    else texts.set(path, text)
  }
  await Promise.all(files.filter(isManifest).map(read))
  return { files: gone.size === 0 ? files : files.filter((file) => !gone.has(file)), texts }
}

async function listByGit(host: Pick<Host, 'run'>, directory: string): Promise<string[] | undefined> {
  const argv = ['git', 'ls-files', '-z', '--cached', '--others', '--exclude-standard', '--deduplicate']
  const env = { ...process.env, GIT_OPTIONAL_LOCKS: '0' }
  const { exitCode, stdout } = await host.run(argv, { cwd: directory, env })
  return exitCode === 0 ? stdout.split('\0').filter((path) => path !== '') : undefined
}

/**
 * Every file below a directory, but for what its .gitignore names and for repositories of their own: whose home or disk it is
 * does not mean to check all of them. Links are not followed.
 */
async function walk(directory: string): Promise<string[]> {
  const rules = ignore().add(await readFile(join(directory, '.gitignore'), 'utf8').catch(() => ''))
  const found: string[] = []
  const open = ['']
  for (let at = open.shift(); at !== undefined && found.length < mostWalked; at = open.shift()) {
    const entries = await readdir(join(directory, at), { withFileTypes: true }).catch(() => [])
    if (at !== '' && entries.some(({ name }) => name === '.git')) continue
    for (const entry of entries) {
      const path = at === '' ? entry.name : `${at}/${entry.name}`
      if (isLeftOut(rules, path, entry.isDirectory())) continue
      if (entry.isDirectory()) open.push(path)
      else if (entry.isFile()) found.push(path)
    }
  }
  return found
}

function isLeftOut(rules: Ignore, path: string, isDirectory: boolean): boolean {
  if (!isDirectory) return rules.ignores(path)
  return neverLooked.has(path.split('/').at(-1) ?? '') || rules.ignores(`${path}/`)
}
