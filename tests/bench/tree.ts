import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** Letters of which the files are pieces: no two files alike, none larger than 8 kB. */
const text = Array.from({ length: 5000 }, (_, index) => (index * 2_654_435_761).toString(36)).join('\n')

/**
 * A project of so many files, as one is found on a disk: a fifth of them tracked in a repository of one pack, the rest
 * dependencies that git ignores, in small directories.
 */
export function makeTree(directory: string, files: number, berthToml: string): void {
  const write = (path: string, contents: string) => {
    mkdirSync(dirname(join(directory, path)), { recursive: true })
    writeFileSync(join(directory, path), contents)
  }
  const piece = (index: number) => text.slice(index % 30_000, (index % 30_000) + [300, 1200, 3000, 8000][index % 4]!)
  const tracked = files / 5
  for (let index = 0; index < tracked; index++)
    write(`src/m${Math.floor(index / 400)}/d${Math.floor(index / 20) % 20}/f${index}.ts`, `${index}\n${piece(index)}`)
  for (let index = 0; index < files - tracked; index++)
    write(`node_modules/p${Math.floor(index / 50)}/lib${Math.floor(index / 10) % 5}/f${index}.js`, piece(index))
  write('.gitignore', 'node_modules/\n')
  write('berth.toml', berthToml)
  const git = (...args: string[]) => execFileSync('git', ['-C', directory, ...args])
  git('init', '--quiet', '--initial-branch=main')
  git('add', '--all')
  git('-c', 'user.name=Ada', '-c', 'user.email=ada@example.com', 'commit', '--quiet', '--message', 'all')
  git('repack', '-adq')
}
