import { mkdtemp, realpath } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ExecOptions, type ExecResult, exec } from '../../src/lib/exec.ts'
import { checkJsonOutput } from './json-output.ts'
import { removeHome } from './remove-home.ts'
import { temporaryPrefix } from './temporary.ts'

const program = join(import.meta.dirname, '..', '..', 'bin', 'berth')

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

/** Opens one with an empty home. `env` is added to the environment (`BERTH_FAULT`, `DOCKER_HOST` …). */
export async function openBerth({ env: extra = {} }: { env?: Record<string, string> } = {}): Promise<TestBerth> {
  const home = await realpath(await mkdtemp(join(tmpdir(), `${temporaryPrefix}home-`)))
  const env = { ...process.env, NO_COLOR: '1', ...extra, BERTH_HOME: home }
  const run: TestBerth['run'] = async (args, options) => {
    const result = await exec([program, ...args], { ...options, env })
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
