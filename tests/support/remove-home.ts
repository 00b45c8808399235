import { readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { exec } from '../../src/lib/exec.ts'
import { eventually } from './eventually.ts'
import { must } from './must.ts'

type Environment = Record<string, string | undefined>

/** Removes every trace of a BERTH_HOME without Berth's help, so that it works after any failure, a hung daemon included. */
export async function removeHome(home: string, env: Environment): Promise<void> {
  await endProcesses(home)
  const id = await readFile(join(home, 'id'), 'utf8').catch(() => '')
  if (id !== '') await removeFromEngine(`label=dev.berth.home=${id.trim()}`, env)
  await unmountBelow(home)
  await rm(home, { recursive: true, force: true })
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

/** Containers, networks, volumes with this label, and the images that Compose built for their projects. */
async function removeFromEngine(filter: string, env: Environment): Promise<void> {
  const list = async (...args: string[]) => lines(await must(['docker', ...args, '--filter', filter], { env }))
  const containers = await list('ps', '--all', '--quiet')
  const projects = new Set(await list('ps', '--all', '--format', '{{.Label "com.docker.compose.project"}}'))
  for (const name of await list('network', 'ls', '--format', '{{.Label "com.docker.compose.project"}}'))
    projects.add(name)
  if (containers.length > 0) await exec(['docker', 'rm', '--force', '--volumes', ...containers], { env })
  for (const network of await list('network', 'ls', '--quiet'))
    await exec(['docker', 'network', 'rm', network], { env })
  for (const volume of await list('volume', 'ls', '--quiet')) await exec(['docker', 'volume', 'rm', volume], { env })
  for (const name of projects) {
    const built = ['docker', 'image', 'ls', '--quiet', '--filter', `label=com.docker.compose.project=${name}`]
    for (const image of lines(await must(built, { env })))
      await exec(['docker', 'image', 'rm', '--force', image], { env })
  }
}

async function unmountBelow(home: string): Promise<void> {
  const points = (await readFile('/proc/mounts', 'utf8').catch(() => ''))
    .split('\n')
    .map((line) => line.split(' ')[1] ?? '')
  for (const point of points.filter((path) => path.startsWith(`${home}/`)).toReversed())
    await must(['umount', '--lazy', point])
}

const lines = (text: string) => text.split('\n').filter((line) => line !== '')
