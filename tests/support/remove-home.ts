import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { exec } from '../../src/lib/exec.ts'
import { eventually } from './eventually.ts'
import { labelled, type ObjectKind } from './labelled.ts'
import { endProcesses, type RunningProcess, removeDirectory, runningProcesses } from './remove-directory.ts'

type Environment = Record<string, string | undefined>

/** Removes every trace of a BERTH_HOME without Berth's help, so that it works after any failure, a hung daemon included. */
export async function removeHome(home: string, env: Environment): Promise<void> {
  await endProcessesOf(home)
  const id = (await readFile(join(home, 'id'), 'utf8').catch(() => '')).trim()
  if (id !== '') for (const label of ['dev.berth.home', 'dev.berth.apps']) await removeFromEngine(`${label}=${id}`, env)
  // last: containers write into it as long as they run
  await removeDirectory(home)
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

/**
 * Containers, networks, volumes and images with this label, until there are none: the engine may still be making or removing some of them
 * for a program that is ended by now, and refuses what it is at already.
 */
async function removeFromEngine(label: string, env: Environment): Promise<void> {
  for (const [kind, remove] of removals) {
    await eventually(async () => {
      const names = await labelled(kind, label, env)
      if (names.length === 0) return
      const { stderr } = await exec(['docker', ...remove, ...new Set(names)], { env })
      const left = await labelled(kind, label, env)
      if (left.length > 0) throw new Error(`left behind: ${kind} ${left.join(' ')}: ${stderr}`)
    })
  }
}

const removals: [ObjectKind, string[]][] = [
  ['ps', ['rm', '--force', '--volumes']],
  ['network', ['network', 'rm']],
  ['volume', ['volume', 'rm']],
  ['image', ['image', 'rm', '--force']],
]
