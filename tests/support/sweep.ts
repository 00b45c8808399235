import { existsSync } from 'node:fs'
import { readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { removeHome } from './remove-home.ts'
import { makerOf } from './temporary.ts'

/** Before a run: removes what runs that were killed left behind. */
export async function setup(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    const maker = makerOf(name)
    if (maker === undefined || existsSync(`/proc/${maker}`)) continue
    const directory = join(tmpdir(), name)
    if (name.includes('-home-')) await removeHome(directory, process.env)
    else await rm(directory, { recursive: true, force: true })
  }
}
