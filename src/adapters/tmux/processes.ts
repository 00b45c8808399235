import { readdir, readFile } from 'node:fs/promises'
import { platform } from 'node:os'
import type { Host } from '../../core/ports/host.ts'

/** Variables that mark every process of a session, also one that left its terminal and its parents. */
export const sessionMarks = (socket: string, id: string) => ({ BERTH_SESSION: id, BERTH_TMUX: socket })

interface Process {
  pid: number
  parent: number
  /** Id of its process session; 0 where the system does not tell. */
  session: number
}

/**
 * Ids of all processes of a session but its leader: those of the leader's process session, what descends from it, and
 * whatever carries the session's name in its environment. Never this process or its parents.
 */
export async function findProcesses(
  host: Host,
  session: { socket: string; id: string; leader: number | undefined },
): Promise<number[]> {
  const { leader } = session
  const marks = Object.entries(sessionMarks(session.socket, session.id)).map(([name, value]) => `${name}=${value}`)
  const processes = await (platform() === 'linux' ? readProc() : readPs(host))
  const parents = new Map(processes.map(({ pid, parent }) => [pid, parent]))
  const lineage = (pid: number): number[] => (pid > 1 ? [pid, ...lineage(parents.get(pid) ?? 0)] : [])
  const own = new Set(lineage(process.pid))
  const belongs = async (candidate: Process) =>
    (leader !== undefined && (candidate.session === leader || lineage(candidate.pid).includes(leader))) ||
    (await isMarked(candidate.pid, marks))
  const found: number[] = []
  for (const candidate of processes) {
    if (candidate.pid !== leader && !own.has(candidate.pid) && (await belongs(candidate))) found.push(candidate.pid)
  }
  return found
}

async function readProc(): Promise<Process[]> {
  const names = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const processes = await Promise.all(names.map((name) => readStat(Number(name))))
  return processes.filter((found) => found !== undefined)
}

/** /proc/PID/stat: `pid (name) state ppid pgrp session …`; the name may hold spaces and parentheses. See proc(5). */
async function readStat(pid: number): Promise<Process | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, 'latin1').catch(() => '') // it ended meanwhile
  const [state, parent, , session] = text.slice(text.lastIndexOf(')') + 2).split(' ')
  return parent === undefined || state === 'Z' ? undefined : { pid, parent: Number(parent), session: Number(session) }
}

async function isMarked(pid: number, marks: readonly string[]): Promise<boolean> {
  const environment = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '') // ended, or another user's
  const variables = environment.split('\0')
  return marks.every((mark) => variables.includes(mark))
}

async function readPs(host: Host): Promise<Process[]> {
  const { stdout } = await host.run(['ps', '-A', '-o', 'pid=,ppid='])
  return stdout.split('\n').flatMap((line) => {
    const [pid, parent] = line.trim().split(/\s+/).map(Number)
    return pid && parent !== undefined ? [{ pid, parent, session: 0 }] : []
  })
}
