import { createHash } from 'node:crypto'
import { constants } from 'node:fs'
import { access, open, readFile, realpath, stat } from 'node:fs/promises'
import { machine, type } from 'node:os'
import { delimiter, isAbsolute, join } from 'node:path'
import type { ToolIdentity, ToolNeed } from '../../core/ports/ci.ts'
import type { Host } from '../../core/ports.ts'

/** How long a version that was asked for holds, ms: its program may be a stand-in (rustup, pyenv) that says another one tomorrow. */
const versionHolds = 300_000
/** Programs beyond this are told apart by size and date: hashing them takes longer than running most. */
const largestHashed = 4 * 1024 * 1024

interface Remembered {
  value: Promise<ToolIdentity>
  until: number
}

/** What is installed on this machine; remembered, for asking costs more than most stages may. */
export function createToolFacts(host: Pick<Host, 'run'>) {
  const known = new Map<string, Remembered>()
  const remember = (name: string, holds: number, find: () => Promise<ToolIdentity>): Promise<ToolIdentity> => {
    const before = known.get(name)
    if (before !== undefined && before.until > performance.now()) return before.value
    const value = find()
    known.set(name, { value, until: performance.now() + holds })
    return value
  }
  return async (
    root: string,
    needs: readonly ToolNeed[],
    env: Readonly<Record<string, string>>,
  ): Promise<ToolIdentity[]> =>
    Promise.all(
      needs.map(async ({ program, probe, directory }) => {
        const cwd = join(root, directory)
        const file = await findProgram(program, cwd, env['PATH'] ?? '')
        const stamp = file && (await stampOf(file))
        if (file === undefined || stamp === undefined) return null
        if (probe.length === 0)
          return remember(`${file} ${stamp}`, Number.POSITIVE_INFINITY, () => identify(file, stamp))
        const name = JSON.stringify([probe, cwd, file, stamp, env['PATH']])
        return remember(name, versionHolds, () => askVersion(host, probe, cwd, env))
      }),
    )
}

/** `Linux x86_64 debian 12`: what decides whether a pass here is one there. */
export async function platformName(): Promise<string> {
  const release = await readFile('/etc/os-release', 'utf8').catch(() => '')
  const value = (key: string) => new RegExp(`^${key}=["']?([^"'\\n]*)`, 'm').exec(release)?.[1] ?? ''
  return [type(), machine(), value('ID'), value('VERSION_ID')].join(' ').trim()
}

async function findProgram(program: string, cwd: string, path: string): Promise<string | undefined> {
  const places = program.includes('/')
    ? [isAbsolute(program) ? program : join(cwd, program)]
    : path.split(delimiter).map((directory) => join(directory === '' ? cwd : directory, program))
  for (const place of places) {
    const found = await access(place, constants.X_OK).then(
      () => realpath(place),
      () => undefined,
    )
    if (found !== undefined && (await stat(found)).isFile()) return found
  }
  return undefined
}

async function stampOf(file: string): Promise<string | undefined> {
  const found = await stat(file).catch(() => undefined)
  return found && `${found.size} ${found.mtimeMs}`
}

/** A small program by its content, which is the same on every machine; a large one by its beginning, size and date. */
async function identify(file: string, stamp: string): Promise<ToolIdentity> {
  const { size } = await stat(file)
  const hash = createHash('sha256')
  if (size <= largestHashed) return hash.update(await readFile(file)).digest('hex')
  const handle = await open(file)
  try {
    const { buffer } = await handle.read(Buffer.alloc(65_536), 0, 65_536, 0)
    return hash.update(buffer).update(stamp).digest('hex')
  } finally {
    await handle.close()
  }
}

async function askVersion(
  host: Pick<Host, 'run'>,
  probe: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>>,
): Promise<ToolIdentity> {
  try {
    const { exitCode, stdout, stderr } = await host.run(probe, { cwd, env, timeoutMs: 20_000 })
    return exitCode === 0 ? `${stdout}${stderr}`.trim() : null
  } catch {
    return null
  }
}
