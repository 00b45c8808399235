import type { BerthContext } from './context.ts'
import { failure } from './failure.ts'

/** Starts a program with a window of its own, which goes on without us. Throws TOOL_MISSING. */
export async function startProgram(
  { process }: Pick<BerthContext, 'process'>,
  [program = '', ...args]: readonly string[],
  hint: string,
): Promise<void> {
  const { spawn } = process.getBuiltinModule('node:child_process')
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const child = spawn(program, args, { detached: true, stdio: 'ignore' })
  child.on('spawn', resolve)
  child.on('error', () => reject(failure('TOOL_MISSING', `${program} cannot be started`, hint)))
  await promise
  child.unref()
}
