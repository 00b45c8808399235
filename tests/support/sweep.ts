import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { takeDownLab } from './lab.ts'
import { endProcesses, removeDirectory, runningProcesses } from './remove-directory.ts'
import { removeHome } from './remove-home.ts'
import { makerOf } from './temporary.ts'

/** Before a run: removes what runs that were killed left behind. What cannot be removed is told, and stands in nobody's way. */
export async function setup(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    const maker = makerOf(name)
    if (maker === undefined || existsSync(`/proc/${maker}`)) continue
    try {
      await sweep(join(tmpdir(), name))
    } catch (error) {
      console.warn(`left behind by a run that was killed, and not to be removed: ${name}:`, error)
    }
  }
}

async function sweep(directory: string): Promise<void> {
  await endProcesses(async () =>
    (await runningProcesses()).filter(({ argv }) => argv.some((argument) => argument.includes(`${directory}/`))),
  )
  if (directory.includes('-lab-')) await takeDownLab(directory)
  else if (directory.includes('-home-')) await removeHome(directory, process.env)
  else await removeDirectory(directory)
}
