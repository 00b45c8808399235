import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'

/** A bash that lives on between commands, with its directory and variables, as a terminal's does. */
export interface TestShell {
  /** Runs a command line to its end. `output` is what a terminal would show of it: stdout and stderr together. */
  run(command: string, deadlineMs?: number): Promise<{ exitCode: number; output: string }>
  close(): void
}

/** Starts one in `cwd`. Commands see the end of input where they read it, and no terminal. */
export function openShell({ cwd, env }: { cwd: string; env: Record<string, string | undefined> }): TestShell {
  const child = spawn('bash', ['--noprofile', '--norc'], { cwd, env, stdio: ['pipe', 'pipe', 'pipe'], detached: true })
  let text = ''
  let notify = () => {}
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk
      notify()
    })
  }
  child.on('exit', () => notify())
  return {
    async run(command, deadlineMs = 180_000) {
      const marker = randomUUID()
      text = ''
      child.stdin.write(`{ ${command}\n} </dev/null 2>&1\nprintf '%s %s\\n' '${marker}' $?\n`)
      const { promise, resolve, reject } = Promise.withResolvers<{ exitCode: number; output: string }>()
      const timer = setTimeout(() => reject(new Error(`not done after ${deadlineMs} ms:\n${text}`)), deadlineMs)
      notify = () => {
        const [output = '', code] = text.split(marker)
        if (code?.endsWith('\n')) resolve({ exitCode: Number(code), output })
        else if (child.exitCode !== null) reject(new Error(`the shell ended:\n${text}`))
      }
      return promise.finally(() => clearTimeout(timer))
    },
    close() {
      // the whole process group: a command that hangs must not outlive its test
      if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGKILL')
    },
  }
}
