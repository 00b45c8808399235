import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { labelled, type ObjectKind } from './labelled.ts'
import { must } from './must.ts'
import { endProcesses, type RunningProcess, removeDirectory, runningProcesses } from './remove-directory.ts'

type Environment = Record<string, string | undefined>

/** Removes every trace of a BERTH_HOME without Berth's help, so that it works after any failure, a hung daemon included. */
export async function removeHome(home: string, env: Environment): Promise<void> {
  await endProcessesOf(home)
  const id = await readFile(join(home, 'id'), 'utf8').catch(() => '')
  await removeDirectory(home)
  if (id === '') return
  await removeFromEngine(`dev.berth.home=${id.trim()}`, env)
  await removeFromEngine(`dev.berth.apps=${id.trim()}`, env)
}

/** Kills every process that was started with this home. */
export const endProcessesOf = (home: string) => endProcesses(() => startedWith(home))

/** Ids of the processes that were started with this home: berthd, its children, sessions. */
export async function processesOf(home: string): Promise<number[]> {
  return (await startedWith(home)).map(({ pid }) => pid)
}

async function startedWith(home: string): Promise<RunningProcess[]> {
  return (await runningProcesses()).filter(({ environment }) => environment.includes(`BERTH_HOME=${home}`))
}

/** Containers, networks, volumes and images with this label. */
async function removeFromEngine(label: string, env: Environment): Promise<void> {
  for (const [kind, remove] of removals) {
    const names = await labelled(kind, label, env)
    if (names.length > 0) await must(['docker', ...remove, ...new Set(names)], { env })
  }
}

const removals: [ObjectKind, string[]][] = [
  ['ps', ['rm', '--force', '--volumes']],
  ['network', ['network', 'rm']],
  ['volume', ['volume', 'rm']],
  ['image', ['image', 'rm', '--force']],
]
