import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { must } from './must.ts'
import { endProcesses, type RunningProcess, removeDirectory, runningProcesses } from './remove-directory.ts'

type Environment = Record<string, string | undefined>

/** Removes every trace of a BERTH_HOME without Berth's help, so that it works after any failure, a hung daemon included. */
export async function removeHome(home: string, env: Environment): Promise<void> {
  await endProcesses(() => startedWith(home))
  const id = await readFile(join(home, 'id'), 'utf8').catch(() => '')
  await removeDirectory(home)
  if (id !== '') await removeFromEngine(`label=dev.berth.home=${id.trim()}`, env)
}

/** Ids of the processes that were started with this home: berthd, its children, sessions. */
export async function processesOf(home: string): Promise<number[]> {
  return (await startedWith(home)).map(({ pid }) => pid)
}

async function startedWith(home: string): Promise<RunningProcess[]> {
  return (await runningProcesses()).filter(({ environment }) => environment.includes(`BERTH_HOME=${home}`))
}

/** Containers, networks, volumes and images with this label. */
async function removeFromEngine(filter: string, env: Environment): Promise<void> {
  const removals = [
    { list: ['ps', '--all'], remove: ['rm', '--force', '--volumes'] },
    { list: ['network', 'ls'], remove: ['network', 'rm'] },
    { list: ['volume', 'ls'], remove: ['volume', 'rm'] },
    { list: ['image', 'ls'], remove: ['image', 'rm', '--force'] },
  ]
  for (const { list, remove } of removals) {
    const ids = await must(['docker', ...list, '--quiet', '--filter', filter], { env })
    if (ids !== '') await must(['docker', ...remove, ...new Set(ids.split('\n'))], { env })
  }
}
