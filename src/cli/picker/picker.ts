import { createInterface, type Interface } from 'node:readline/promises'
import { exitCodes } from '../../contract/errors.ts'
import type { BerthContext } from '../context.ts'
import { root } from '../registry.ts'
import { type Choice, findChoice, renderChoices } from './choice.ts'
import { envActions, envChoices } from './choices.ts'

/** `berth` alone on a terminal: choose an env, then what to do with it. Plain text on stderr, one question a line. */
export async function openPicker(context: Omit<BerthContext, 'tail'>): Promise<number> {
  const { envs } = await (await context.client()).call('env.list', {})
  if (envs.length === 0) {
    context.ui.print('no envs yet: berth create <name> makes one, berth --help shows the rest\n')
    return exitCodes.ok
  }
  const words = await withQuestions(context, async (ask) => {
    const env = await ask('Which env?', envChoices(envs))
    const action = env && (await ask(`${env.name} is ${env.env.state}. What now?`, envActions(env.env).filter(exists)))
    return action?.words
  })
  if (words === 'interrupted') return exitCodes.interrupted
  return words === undefined ? exitCodes.ok : context.berth(words)
}

/** Only what this berth has a command for. */
const exists = ({ name }: Choice) => Object.hasOwn(root.commands, name)

type Ask = <C extends Choice>(question: string, choices: readonly C[]) => Promise<C | undefined>

/** Gives the terminal back before anything else runs on it. */
async function withQuestions<T>(
  { process, ui }: Pick<BerthContext, 'process' | 'ui'>,
  questions: (ask: Ask) => Promise<T>,
): Promise<T | 'interrupted'> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  const closed = Promise.withResolvers<undefined>()
  let interrupted = false
  terminal.on('close', () => closed.resolve(undefined))
  terminal.on('SIGINT', () => {
    interrupted = true
    terminal.close()
  })
  try {
    const result = await questions((question, choices) => {
      ui.note(`${ui.paint('bold', question)}\n${renderChoices(choices)}`)
      return choose(terminal, closed.promise, choices)
    })
    return interrupted ? 'interrupted' : result
  } finally {
    terminal.close()
  }
}

/** Asks until the answer means a choice; undefined for an empty one, and where the input ends. */
async function choose<C extends Choice>(
  terminal: Interface,
  closed: Promise<undefined>,
  choices: readonly C[],
): Promise<C | undefined> {
  for (;;) {
    const answer = await Promise.race([terminal.question('number or name, Enter to leave: '), closed])
    if (answer === undefined || answer.trim() === '' || answer.trim() === 'q') return undefined
    const choice = findChoice(answer, choices)
    if (choice !== undefined) return choice
  }
}
