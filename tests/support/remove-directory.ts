import { readdir, readFile, rm } from 'node:fs/promises'
import { eventually } from './eventually.ts'
import { must } from './must.ts'

/** Removes a directory with what is mounted in it. */
export async function removeDirectory(directory: string): Promise<void> {
  await unmountBelow(directory)
  await rm(directory, { recursive: true, force: true })
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

async function unmountBelow(directory: string): Promise<void> {
  const points = (await readFile('/proc/mounts', 'utf8').catch(() => ''))
    .split('\n')
    .map((line) => line.split(' ')[1] ?? '')
  for (const point of points.filter((path) => path.startsWith(`${directory}/`)).toReversed())
    await must(['umount', '--lazy', point])
}
