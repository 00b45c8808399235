import { type ExecOptions, exec } from '../../src/lib/exec.ts'

/** Runs a program that has to succeed; returns its stdout without the last newline. */
export async function must(argv: readonly string[], options: ExecOptions = {}): Promise<string> {
  const { exitCode, signal, startError, stdout, stderr } = await exec(argv, options)
  if (exitCode !== 0) throw new Error(`${argv.join(' ')}: ${exitCode ?? signal ?? startError}\n${stdout}${stderr}`)
  return stdout.replace(/\n$/, '')
}
