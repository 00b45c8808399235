/** Keeps the commands, the error catalogue and what they say to each other in step. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { everyCommand } from '../scripts/reference/commands.ts'
import { commonFlags, isCommand } from '../src/cli/command.ts'
import { commandsThere, groupsThere } from '../src/cli/hint-there.ts'
import { parseWords } from '../src/cli/line/parse-words.ts'
import { readLine } from '../src/cli/line/read-line.ts'
import { aliases, root } from '../src/cli/registry.ts'
import { commandOutput } from '../src/contract/outputs.ts'
import { errorCatalogue, exitCodes } from '../src/core/error-catalogue.ts'

const commands = everyCommand()

describe.each(commands)('berth $path', ({ path, command }) => {
  test('is described in a line, without a full stop', () => {
    expect(command.brief).toMatch(/^[A-Zdb].{5,88}[^.]$/)
    for (const { brief } of [...Object.values(command.flags), ...command.arguments]) expect(brief).toMatch(/[^.]$/)
  })

  test('says what --json prints', () => {
    expect(commandOutput(command.name)).toBeDefined()
  })

  test('takes its own examples', async () => {
    for (const [example] of command.examples) {
      const words = wordsOf(example)
      const line = readLine(words, root, aliases)
      expect(line.path).toEqual(path)
      await parseWords(command, path, line.words)
    }
  })

  test('gives no flag the name or letter of another', () => {
    const own = Object.entries(command.flags).filter(([key]) => key !== 'yes')
    expect(own.filter(([key]) => key in commonFlags)).toEqual([])
    const letters = [...own, ...Object.entries(commonFlags)].flatMap(([, { letter }]) => letter ?? [])
    expect(new Set(letters).size).toBe(letters.length)
  })
})

test('no two commands have one name', () => {
  const names = commands.map(({ command }) => command.name)
  expect(names.length).toBeGreaterThan(20)
  expect(new Set(names).size).toBe(names.length)
})

test('every alias means a command', () => {
  expect(Object.values(aliases).filter((name) => !(name in root.commands))).toEqual([])
})

test('what hints of other machines are taken to name is there, and what has commands below it is known to have', () => {
  const kindOf = (word: string) => {
    const found = root.commands[word]
    return found && (isCommand(found) ? 'command' : 'group')
  }
  expect(commandsThere.filter((word) => kindOf(word) !== 'command')).toEqual([])
  expect(groupsThere.filter((word) => kindOf(word) !== 'group')).toEqual([])
})

describe.each(Object.entries(errorCatalogue))('%s', (code, { exit, meaning, hint }) => {
  test('has an exit code, a meaning, a hint and a place in the reference', () => {
    expect(Object.values(exitCodes)).toContain(exit)
    expect(exit).not.toBe(exitCodes.ok)
    expect(meaning).toMatch(/^[A-Za-z].*\.$/)
    expect(hint).toMatch(/[^.]$/)
    expect(reference).toContain(`\n### ${code}\n`)
  })

  test('hints at commands that exist', () => {
    for (const [, words = ''] of hint.matchAll(/\bberth ((?:[a-z]+ ?)+)/g)) {
      if (planned.has(words.split(' ')[0] ?? '')) continue
      const line = readLine(words.trim().split(' '), root, aliases)
      expect(line.path, `berth ${words}`).not.toEqual([])
      expect(isCommand(line.target) || line.unknown === undefined, `berth ${words}`).toBe(true)
    }
  })
})

/** Commands of the product that hints speak of and that are still to come. */
const planned = new Set(['doctor', 'gc'])

const reference = readFileSync(join(import.meta.dirname, '..', 'docs', 'reference', 'errors.md'), 'utf8')

/** The words after `berth` in an example, as a shell would give them: quotes and what surrounds the command taken off. */
function wordsOf(example: string): string[] {
  const [, command = ''] = /(?:^|\$\()berth ([^|>)]*)/.exec(example) ?? []
  return [...command.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '')
}
