import { readdir, readFile } from 'node:fs/promises'

/**
 * Ends the processes that carry this variable, whatever session they made for themselves: what a program left behind as
 * daemons. Looks at those started after `since`, a process id, unless ids began anew meanwhile. Nothing where there is no
 * /proc (macOS).
 */
export async function endMarked(variable: string, since: number): Promise<void> {
  const names = await readdir('/proc').catch(() => [])
  const last = Number((await readFile('/proc/loadavg', 'latin1').catch(() => '')).split(' ')[4])
  const pids = names.map(Number).filter((pid) => pid > 0 && pid !== process.pid && (pid > since || last < since))
  await Promise.all(
    pids.map(async (pid) => {
      // not ours: EACCES; gone meanwhile: ESRCH
      const environment = await readFile(`/proc/${pid}/environ`, 'latin1').catch(() => '')
      if (environment.split('\0').includes(variable)) end(pid)
    }),
  )
}

function end(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // it ended meanwhile
  }
}
