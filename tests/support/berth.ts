import { mkdir, mkdtemp, realpath, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ExecOptions, type ExecResult, exec } from '../../src/lib/exec.ts'
import { checkJsonOutput } from './json-output.ts'
import { removeHome } from './remove-home.ts'
import { temporaryPrefix } from './temporary.ts'

const root = join(import.meta.dirname, '..', '..')
const program = join(root, 'bin', 'berth')
/** What homes send to other machines, packed once for all of them: three seconds of a core each time otherwise. */
const packed = join(root, 'node_modules', '.cache', 'test-uploads')

/** The built berth with a BERTH_HOME of its own: another user, as far as it knows. */
export interface TestBerth {
  /** Its BERTH_HOME. */
  home: string
  /** The environment its commands run in. */
  env: Record<string, string | undefined>
  /** Runs a command line to its end, without a terminal. What --json prints is held against its schema. */
  run(args: readonly string[], options?: Omit<ExecOptions, 'env'>): Promise<ExecResult>
  /** The same for one that has to succeed: returns its stdout, or throws with everything it said. */
  ok(args: readonly string[], options?: Omit<ExecOptions, 'env'>): Promise<string>
  /** Runs it with --json and returns `data` of the answer. */
  data<T>(args: readonly string[], options?: Omit<ExecOptions, 'env'>): Promise<T>
  /** Ends everything of this home: processes, containers, networks, volumes, images, mounts, files. Call it in afterEach. */
  close(): Promise<void>
}

interface TestBerthOptions {
  /** Added to the environment (`BERTH_FAULT`, `DOCKER_HOST` …). */
  env?: Record<string, string>
  /** What runs its commands elsewhere, in a network namespace of a lab say: stands before `berth`. */
  within?: readonly string[]
  /** Where its home is made; the temporary directory unless said. */
  parent?: string
}

/** Opens one with an empty home. */
export async function openBerth({
  env: extra = {},
  within = [],
  parent = tmpdir(),
}: TestBerthOptions = {}): Promise<TestBerth> {
  const home = await realpath(await mkdtemp(join(parent, `${temporaryPrefix}home-`)))
  await mkdir(packed, { recursive: true, mode: 0o700 })
  await symlink(packed, join(home, 'uploads'))
  const env = { ...process.env, NO_COLOR: '1', ...extra, BERTH_HOME: home }
  const run: TestBerth['run'] = async (args, options) => {
    const result = await exec([...within, program, ...args], { ...options, env })
    if (args.includes('--json')) checkJsonOutput(result.stdout)
    return result
  }
  const ok: TestBerth['ok'] = async (args, options) => {
    const result = await run(args, options)
    if (result.exitCode !== 0)
      throw new Error(`berth ${args.join(' ')}: exit ${result.exitCode}\n${result.stdout}${result.stderr}`)
    return result.stdout
  }
  return {
    home,
    env,
    run,
    ok,
    async data<T>(args: readonly string[], options?: Omit<ExecOptions, 'env'>) {
      const split = args.indexOf('--')
      const before = split < 0 ? args : args.slice(0, split)
      const after = split < 0 ? [] : args.slice(split)
      return (JSON.parse(await ok([...before, '--json', ...after], options)) as { data: T }).data
    },
    close: () => removeHome(home, env),
  }
}
