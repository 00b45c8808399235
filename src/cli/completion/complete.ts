import { berthHome } from '../../contract/home.ts'
import type { BerthContext } from '../context.ts'
import { meantContext } from '../meant-context.ts'
import { aliases, root } from '../registry.ts'
import { printable } from '../ui/printable.ts'
import { type Proposal, type Proposals, propose } from './propose.ts'

/**
 * Answers a shell's question (`berth __complete SHELL WORD… CURRENT`): a line for each value, then a tab and what it
 * means; `:file` or `:directory` asks the shell for paths. Nothing is ever started, and nothing goes to stderr.
 */
export async function complete(
  given: readonly string[],
  { env, ui }: Pick<BerthContext, 'env' | 'ui'>,
): Promise<number> {
  const [shell = '', ...line] = given
  const words = shell === 'bash' ? joinAtEquals(line) : line
  const current = words.at(-1) ?? ''
  const proposals = propose(words.slice(0, -1), current, root, aliases)
  const values = [...proposals.values, ...(await live(proposals, env))]
  const lines = values
    .map(({ value, meaning }) => ({ value: `${proposals.prefix}${value}`, meaning }))
    .filter(({ value }) => value.startsWith(current))
    .map(({ value, meaning }) => `${shell === 'bash' ? lastPart(value) : value}\t${meaning}`)
  const kind = proposals.live?.kind
  if (kind === 'file' || kind === 'directory') lines.push(`:${kind}`)
  ui.print(lines.map((text) => `${printable(text)}\n`).join(''))
  return 0
}

async function live({ live: wish }: Proposals, env: BerthContext['env']): Promise<Proposal[]> {
  if (wish === undefined || wish.kind === 'file' || wish.kind === 'directory') return []
  const { liveProposals } = await import('./live.ts')
  try {
    const context = meantContext(env, wish.context)
    return await liveProposals(berthHome(env), context === undefined ? wish : { ...wish, context })
  } catch {
    return [] // a shell waits for words, not for an error
  }
}

/** Bash takes `--project=sh` for three words, and wants back only what replaces the last one. */
function joinAtEquals(words: readonly string[]): string[] {
  const joined: string[] = []
  for (const [at, word] of words.entries()) {
    const glued = joined.length > 0 && (word === '=' || (words[at - 1] === '=' && joined.at(-1)?.startsWith('--')))
    if (glued) joined.push(`${joined.pop()}${word}`)
    else joined.push(word)
  }
  return joined
}

const lastPart = (value: string) =>
  value.startsWith('--') && value.includes('=') ? value.slice(value.indexOf('=') + 1) : value
