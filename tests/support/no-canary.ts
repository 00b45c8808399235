import { readdirSync, readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { setTimeout as wait } from 'node:timers/promises'
import { must } from './must.ts'

/** Where a value was met that nobody may see: `file …`, `argv of 123: …`, `log of …`, `event …`. */
export interface CanaryWatch {
  /** Ends the watch over argument lists; everywhere the value was met, in words. Empty is good. */
  found(): Promise<string[]>
}

interface CanaryPlaces {
  /** Directories whose files are searched, byte for byte: homes (with their database, logs, bundles) and projects. */
  directories: readonly string[]
  /** Files of these directories that may hold it (the user's own `.env`), by the end of their path. */
  except?: readonly string[]
}

/**
 * Watches for a secret where none may be: every argument list on this machine from now on, and in the end every file below
 * some directories and what every container of theirs wrote.
 */
export function watchForCanary(canary: string, { directories, except = [] }: CanaryPlaces): CanaryWatch {
  const ended = new AbortController()
  const seen = new Set<string>()
  const watching = watchArguments(canary, seen, ended.signal)
  return {
    async found() {
      ended.abort()
      await watching
      const files = await filesWith(canary, directories)
      const forbidden = files.filter((file) => !except.some((end) => file.endsWith(end)))
      return [...forbidden.map((file) => `file ${file}`), ...seen, ...(await logsWith(canary, directories))]
    },
  }
}

/** Between two looks for new processes, ms. */
const pause = 5
/** For so long after it appeared a process is looked at each time, ms: it is first the one that starts it. Others are, once in this time. */
const settling = 1000

/**
 * A process that lives 10 ms is seen, more often than not. Only who is new is read each time: to read all arguments of a busy machine
 * over and over takes one of two cores for as long as a test lasts.
 */
async function watchArguments(canary: string, seen: Set<string>, signal: AbortSignal): Promise<void> {
  const since = new Map<string, number>()
  let wholeAt = 0
  while (!signal.aborted) {
    const now = performance.now()
    const pids = processes()
    for (const pid of since.keys()) if (!pids.has(pid)) since.delete(pid)
    const whole = now - wholeAt > settling
    if (whole) wholeAt = now
    for (const pid of pids) {
      const appeared = since.get(pid) ?? now
      since.set(pid, appeared)
      if (!whole && now - appeared > settling) continue
      const words = argumentsOf(pid)
      if (words.includes(canary)) seen.add(`argv of ${pid}: ${words.replaceAll('\0', ' ')}`)
    }
    await wait(pause)
  }
}

/** Ids of all processes but this one. */
const processes = () =>
  new Set(readdirSync('/proc').filter((name) => /^\d+$/.test(name) && name !== String(process.pid)))

function argumentsOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
  } catch {
    return '' // it has ended
  }
}

async function filesWith(canary: string, directories: readonly string[]): Promise<string[]> {
  // 1: nothing was found; a file that goes away meanwhile holds nothing either
  const found = await must([
    'sh',
    '-c',
    'value=$1; shift; grep -rlsaF -- "$value" "$@" || true',
    'sh',
    // not as an argument of grep's alone: this very search is in /proc too, and over by the time it matters
    canary,
    ...directories,
  ])
  return found.split('\n').filter((file) => file !== '')
}

/** Containers that mount something of these directories, or carry the label of the home in them. */
async function logsWith(canary: string, directories: readonly string[]): Promise<string[]> {
  const homes = await Promise.all(directories.map((directory) => readFile(`${directory}/id`, 'utf8').catch(() => '')))
  const found: string[] = []
  for (const home of homes.map((id) => id.trim()).filter((id) => id !== '')) {
    const ids = await must(['docker', 'ps', '-aq', '--filter', `label=dev.berth.apps=${home}`])
    for (const id of ids.split('\n').filter((one) => one !== '')) {
      const written = await must(['sh', '-c', 'docker logs "$1" 2>&1 || true', 'sh', id])
      if (written.includes(canary)) found.push(`log of ${id}`)
    }
  }
  return found
}
