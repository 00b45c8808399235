import { realpath } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { expect, test } from 'vitest'
import type { Host } from '../../src/core/ports/host.ts'
import { isRunning } from '../support/daemon.ts'
import { eventually } from '../support/eventually.ts'

/** What every Host does, wherever its programs run; here both ends are this machine. */
export function hostContract(open: () => Host): void {
  test('a program runs to its end, whatever its exit code', async () => {
    const result = await open().run(['sh', '-c', 'echo out; echo err >&2; exit 3'])
    expect(result).toMatchObject({ exitCode: 3, stdout: 'out\n', stderr: 'err\n', timedOut: false })
    expect(result.argv).toEqual(['sh', '-c', 'echo out; echo err >&2; exit 3'])
    expect(await open().run(['sh', '-c', 'echo err >&2; exit 255'])).toMatchObject({ exitCode: 255, stderr: 'err\n' })
  })

  test('a program that does not exist is TOOL_MISSING', async () => {
    await expect(open().run(['berth-no-such-program'])).rejects.toMatchObject({
      code: 'TOOL_MISSING',
      details: { program: 'berth-no-such-program' },
    })
  })

  test('a working directory that does not exist is not blamed on the program', async () => {
    await expect(open().run(['true'], { cwd: '/nonexistent-berth' })).rejects.toMatchObject({
      code: 'WORKSPACE_FAILED',
    })
    const directory = await realpath(tmpdir())
    expect((await open().run(['pwd'], { cwd: directory })).stdout).toBe(`${directory}\n`)
  })

  test('input is read whole, and stdin is empty without it', async () => {
    const bytes = Buffer.alloc(300_000, 'äb\n\0')
    const { stdout } = await open().run(['cksum'], { input: bytes })
    expect(stdout).toBe((await open().run(['cksum'], { input: bytes })).stdout)
    expect(stdout).toContain(' 300000')
    expect((await open().run(['cat'])).stdout).toBe('')
  })

  test('an environment is the whole of it, and stands in no command line', async () => {
    const env = { PATH: process.env['PATH'], SECRET: "it's $HOME `x`\n*", EMPTY: '' }
    const { stdout } = await open().run(['sh', '-c', 'printf "%s|" "$SECRET" "${EMPTY-unset}" "${HOME-unset}"; cat'], {
      env,
      input: 'in',
    })
    expect(stdout).toBe("it's $HOME `x`\n*||unset|in")
    const all = await open().run(['ps', 'axww', '-o', 'args'], { env: { ...env, SECRET: 'treasure-7c1' } })
    expect(all.stdout).not.toContain('treasure-7c1')
  })

  test('lines are told as they are written', async () => {
    const lines: string[] = []
    await open().run(['sh', '-c', 'echo a; echo b >&2'], { onLine: (line, stream) => lines.push(`${stream}:${line}`) })
    expect(lines.toSorted()).toEqual(['stderr:b', 'stdout:a'])
  })

  test('an aborted run is ended with all it started, and rejects with the reason of the signal', async () => {
    const abort = new AbortController()
    const reason = new Error('enough')
    const pids: number[] = []
    const run = open().run(['sh', '-c', 'sleep 60 & echo $$; echo $!; wait'], {
      signal: abort.signal,
      onLine: (line) => pids.push(Number(line)) === 2 && abort.abort(reason),
    })
    await expect(run).rejects.toBe(reason)
    await eventually(() => expect(pids.map(isRunning)).toEqual([false, false]))
    await expect(open().run(['true'], { signal: abort.signal })).rejects.toBe(reason)
  })

  test('a run past its time is ended with all it started', async () => {
    const pids: number[] = []
    const result = await open().run(['sh', '-c', 'sleep 60 & echo $!; wait'], {
      timeoutMs: 4000,
      onLine: (line) => pids.push(Number(line)),
    })
    expect(result.timedOut).toBe(true)
    await eventually(() => expect(pids.map(isRunning)).toEqual([false]))
  })
}
