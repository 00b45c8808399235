import { toAppError } from '../errors.ts'
import type { CareDeps, Fault } from './model.ts'

/** Programs Berth runs, and what for. */
const programs = [
  ['docker', 'runs the envs (Compose comes with it)'],
  ['git', 'makes the workspaces'],
  ['tmux', 'keeps the sessions'],
] as const

/** Below this much free space copying a project soon fails. */
const lowSpace = 1024 ** 3

/** The programs Berth runs. */
export async function checkPrograms(deps: CareDeps): Promise<Fault[]> {
  const where = { path: deps.environment['PATH'] ?? '', directory: '/' }
  const found = await Promise.all(programs.map(([program]) => deps.programs.find(program, where)))
  return programs
    .filter((_, index) => found[index] === undefined)
    .map(([program, purpose]) => ({
      kind: 'program-missing',
      subject: program,
      problem: `${program}, which ${purpose}, is not installed`,
      remedy: `install ${program}`,
      severity: 'error',
    }))
}

/** The container engine and Compose, and what this kind of engine cannot do. */
export async function checkEngine({ engine }: CareDeps): Promise<Fault[]> {
  try {
    const { kind, limits } = await engine.info()
    return limits.map((problem) => ({
      kind: 'engine-limit',
      subject: kind,
      problem,
      remedy: 'use Docker where you need it: berth setup',
      severity: 'note',
    }))
  } catch (thrown) {
    const { code, message, hint } = toAppError(thrown)
    const kind = code === 'ENGINE_TOO_OLD' ? 'compose-too-old' : 'engine-away'
    return [{ kind, subject: 'engine', problem: message, remedy: hint, severity: 'error' }]
  }
}

/** Space, and who may read the state directory. */
export async function checkHome({ files, paths, freeBytes }: CareDeps): Promise<Fault[]> {
  const faults: Fault[] = []
  const free = await freeBytes(paths.home)
  if (free < lowSpace) {
    faults.push({
      kind: 'disk-low',
      subject: paths.home,
      problem: `only ${Math.floor(free / 1024 ** 2)} MiB are free there`,
      remedy: 'free some space; berth gc removes what no env needs',
      severity: 'warning',
    })
  }
  const mode = (await files.mode(paths.home)) ?? 0
  if ((mode & 0o077) !== 0) {
    faults.push({
      kind: 'home-open',
      subject: paths.home,
      problem: `other users can look into it (mode ${(mode & 0o777).toString(8)})`,
      remedy: `chmod 700 ${paths.home}`,
      severity: 'error',
    })
  }
  return faults
}
