import { expect, test } from 'vitest'
import { ClientError } from '../../client/failure.ts'
import {
  choiceFlag,
  defineCommand,
  envArgument,
  listFlag,
  numberFlag,
  servicesArgument,
  switchFlag,
} from '../command.ts'
import { parseWords } from './parse-words.ts'

const command = defineCommand<Record<string, unknown>, [string, ...string[]]>({
  name: 'env.up',
  brief: '',
  flags: {
    keepWorkspace: switchFlag(''),
    timeout: numberFlag('', 'seconds', 't'),
    file: listFlag('', 'path'),
    method: choiceFlag('', ['copy', 'overlay']),
  },
  arguments: [envArgument, servicesArgument],
  run: async () => ({ data: {} }),
})

const parse = (...words: string[]) => parseWords(command, ['up'], words)

async function fault(...words: string[]) {
  const error = await parse(...words).catch((thrown: unknown) => thrown)
  if (!(error instanceof ClientError)) throw new Error(`no usage error: ${JSON.stringify(error)}`)
  return error.error
}

test('flags in every form', async () => {
  const { flags, args } = await parse(
    'a',
    '--keep-workspace',
    '-t',
    '5',
    '--file=x',
    '--file',
    'y',
    'web',
    '--method',
    'copy',
    '-y',
  )
  expect(args).toEqual(['a', 'web'])
  expect(flags).toMatchObject({
    keepWorkspace: true,
    timeout: 5,
    file: ['x', 'y'],
    method: 'copy',
    yes: true,
    json: false,
  })
})

const usage = 'berth up <env> [service…]'

test.each([
  [[], 'env is missing', usage],
  [['a', '--timeout', 'x'], '--timeout: x is not a whole number', usage],
  [['a', '--timeout'], '--timeout needs a value', usage],
  [['a', '--timeout', '--json'], '--timeout needs a value', usage],
  [['a', '--timout', '5'], 'no flag --timout', 'did you mean --timeout?'],
  [['a', '--frobnicate'], 'no flag --frobnicate', usage],
  [['a', '-x'], 'no flag -x', usage],
  [['a', '--on', 'x', '--on', 'y'], '--on is given twice: x, y', usage],
  [['a', '--method', 'magic'], '--method: magic is none of copy, overlay', usage],
])('%j', async (words, message, hint) => {
  expect(await fault(...words)).toMatchObject({ code: 'USAGE', message, hint })
})

test('an argument too many, where a number of them is said', async () => {
  const { arguments: _, ...rest } = command
  const error = await parseWords({ ...rest, arguments: [envArgument] }, ['up'], ['a', 'b']).catch(
    (thrown: unknown) => thrown,
  )
  expect((error as ClientError).error.message).toBe('b is one argument too many')
})
