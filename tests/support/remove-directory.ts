import { readdir, readFile, rm } from 'node:fs/promises'
import { eventually } from './eventually.ts'
import { must } from './must.ts'

/** Removes a directory with what is mounted in it. */
export async function removeDirectory(directory: string): Promise<void> {
  await unmountBelow(directory)
  // a program that is just ending may still note something down
  const remove = () => rm(directory, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 })
  await remove().catch(async (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EROFS') throw error
    await removeSubvolumes(directory)
    await remove()
  })
}

/** A btrfs snapshot that is read-only goes as a whole or not at all; the top of one has the inode 256. */
async function removeSubvolumes(directory: string): Promise<void> {
  const found = await must(['find', directory, '-depth', '-type', 'd', '-inum', '256'])
  for (const subvolume of found.split('\n').filter((path) => path !== ''))
    await must(['btrfs', 'subvolume', 'delete', subvolume])
}

/** A process, as far as /proc tells. */
export interface RunningProcess {
  pid: number
  argv: string[]
  /** `NAME=value` */
  environment: string[]
}

/** Every process but this one; a zombie has neither arguments nor environment. */
export async function runningProcesses(): Promise<RunningProcess[]> {
  const pids = (await readdir('/proc')).map(Number).filter((pid) => pid > 0 && pid !== process.pid)
  const read = async (pid: number, file: string) =>
    (await readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '')).split('\0')
  return Promise.all(
    pids.map(async (pid) => ({ pid, argv: await read(pid, 'cmdline'), environment: await read(pid, 'environ') })),
  )
}

/** Kills the processes that `find` names, until it names none. */
export async function endProcesses(find: () => Promise<RunningProcess[]>): Promise<void> {
  await eventually(async () => {
    const found = await find()
    for (const { pid } of found) kill(pid)
    if (found.length > 0) throw new Error(`still running: ${found.map(({ argv }) => argv.join(' ')).join(', ')}`)
  })
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // it ended by itself in the meantime
  }
}

/** Takes away what is mounted in a directory. */
export async function unmountBelow(directory: string): Promise<void> {
  const points = (await readFile('/proc/mounts', 'utf8').catch(() => ''))
    .split('\n')
    .map((line) => line.split(' ')[1] ?? '')
  for (const point of points.filter((path) => path.startsWith(`${directory}/`)).toReversed())
    await must(['umount', '--lazy', point])
}
