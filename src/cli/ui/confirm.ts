import type { BerthContext } from '../context.ts'
import { failure } from '../failure.ts'

/** Asks before something is destroyed. Throws CONFIRMATION_REQUIRED without a terminal, INTERRUPTED on a no. */
export async function confirm(context: BerthContext, yes: boolean, question: string): Promise<void> {
  if (yes) return
  if (!context.ui.interactive) throw failure('CONFIRMATION_REQUIRED', `not done: ${question}`, 'add --yes')
  const prompts = await import('@clack/prompts')
  const answer = await prompts.confirm({ message: question, initialValue: false, output: context.process.stderr })
  if (answer !== true) throw failure('INTERRUPTED', 'nothing was done', '')
}
