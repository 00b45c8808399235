import { readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { eventually } from './eventually.ts'
import { must } from './must.ts'

type Environment = Record<string, string | undefined>

/** Removes every trace of a BERTH_HOME without Berth's help, so that it works after any failure, a hung daemon included. */
export async function removeHome(home: string, env: Environment): Promise<void> {
  await endProcesses(home)
  const id = await readFile(join(home, 'id'), 'utf8').catch(() => '')
  await unmountBelow(home)
  await rm(home, { recursive: true, force: true })
  if (id !== '') await removeFromEngine(`label=dev.berth.home=${id.trim()}`, env)
}

/** Whoever was started with this home: berthd, its children, sessions. Waits until they are gone. */
async function endProcesses(home: string): Promise<void> {
  await eventually(async () => {
    const pids = await processesOf(home)
    for (const pid of pids) kill(pid)
    if (pids.length > 0) throw new Error(`still running with BERTH_HOME=${home}: ${pids.join(', ')}`)
  })
}

/** Ids of the living processes whose environment names this home; a zombie has no environment. */
export async function processesOf(home: string): Promise<number[]> {
  const pids = (await readdir('/proc')).map(Number).filter((pid) => pid > 0 && pid !== process.pid)
  const owned = await Promise.all(
    pids.map(async (pid) => {
      const environment = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '')
      return environment.split('\0').includes(`BERTH_HOME=${home}`) ? [pid] : []
    }),
  )
  return owned.flat()
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // it ended by itself in the meantime
  }
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

async function unmountBelow(home: string): Promise<void> {
  const points = (await readFile('/proc/mounts', 'utf8').catch(() => ''))
    .split('\n')
    .map((line) => line.split(' ')[1] ?? '')
  for (const point of points.filter((path) => path.startsWith(`${home}/`)).toReversed())
    await must(['umount', '--lazy', point])
}
