import { isatty } from 'node:tty'
import type { BerthContext } from '../../context.ts'
import { failure } from '../../failure.ts'

/**
 * The value of a secret, from a pipe or typed blind on a terminal; never from the command line, which everybody on the
 * machine can read. The line break a pipe ends with is left out.
 */
export async function readValue(context: BerthContext, key: string): Promise<string> {
  const value = isatty(0) ? await ask(context, key) : await readPipe(context.process.stdin)
  if (value === '') throw failure('SECRET_INVALID', `no value came for ${key}`, `berth secret set ${key} < file`)
  return value
}

async function ask(context: BerthContext, key: string): Promise<string> {
  if (!context.ui.interactive)
    throw failure('SECRET_INVALID', `no value came for ${key}`, `berth secret set ${key} < file`)
  const prompts = await import('@clack/prompts')
  const answer = await prompts.password({ message: `value of ${key}`, output: context.process.stderr })
  if (typeof answer !== 'string') throw failure('INTERRUPTED', 'nothing was set', '')
  return answer
}

async function readPipe(stdin: AsyncIterable<Uint8Array | string>): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of stdin) chunks.push(Buffer.from(chunk))
  return Buffer.concat(chunks)
    .toString('utf8')
    .replace(/\r?\n$/, '')
}
