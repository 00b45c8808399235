import { expect, test } from 'vitest'
import {
  choiceFlag,
  defineCommand,
  envArgument,
  type Group,
  listFlag,
  projectFlag,
  servicesArgument,
  switchFlag,
} from '../command.ts'
import { propose } from './propose.ts'

const run = async () => ({ data: {} })
const up = defineCommand<Record<string, unknown>, [string]>({
  name: 'env.up',
  brief: 'start it',
  flags: {
    project: projectFlag,
    build: switchFlag('build first'),
    method: choiceFlag('how', ['copy', 'overlay']),
    file: listFlag('a file', 'path', 'file'),
  },
  arguments: [envArgument, servicesArgument],
  run,
})
const exec = defineCommand({ name: 'env.exec', brief: '', arguments: [envArgument], tail: 'after-dashes', run })
const compose = defineCommand({
  name: 'env.compose',
  brief: '',
  arguments: [envArgument],
  tail: 'after-arguments',
  run,
})
const secret = defineCommand({ name: 'secret', brief: '', hidden: true, run })
const root: Group = {
  brief: '',
  commands: { up, exec, compose, secret, daemon: { brief: 'berthd', commands: { up } } },
}

/** The line up to the cursor; what is after the last space is being typed. */
const at = (line: string) => {
  const words = line.split(' ')
  const { values, live, prefix } = propose(words.slice(0, -1), words.at(-1) ?? '', root, { rise: 'up' })
  return { values: values.map(({ value }) => value), live, prefix }
}

test('commands, but no hidden ones', () => {
  expect(at('').values).toEqual(['up', 'exec', 'compose', 'daemon'])
  expect(at('daemon ').values).toEqual(['up'])
  expect(at('help d').values).toContain('daemon')
  expect(at('nonsense ').values).toEqual([])
})

test('flags that are not there yet, and lists again', () => {
  expect(at('up --').values).toContain('--build')
  expect(at('up --build --file x --').values).not.toContain('--build')
  expect(at('up --build --file x --').values).toContain('--file')
  expect(at('-').values).toEqual(['--on', '--json', '--context', '--help'])
})

test('values of flags', () => {
  expect(at('up --method ').values).toEqual(['copy', 'overlay'])
  expect(at('up --method=c')).toMatchObject({ values: ['copy', 'overlay'], prefix: '--method=' })
  expect(at('up --project ').live).toEqual({ kind: 'project' })
  expect(at('up --file ').live).toEqual({ kind: 'file' })
  expect(at('--on ').live).toEqual({ kind: 'machine' })
})

test('arguments, narrowed by what stands before them', () => {
  expect(at('up ').live).toEqual({ kind: 'env' })
  expect(at('rise a ').live).toEqual({ kind: 'service', env: 'a' })
  expect(at('up --project shop a web ').live).toEqual({ kind: 'service', env: 'a', project: 'shop' })
  expect(at('exec a ').live).toBeUndefined()
})

test('files for command lines of the user’s own', () => {
  expect(at('exec a -- ').live).toEqual({ kind: 'file' })
  expect(at('compose ').live).toEqual({ kind: 'env' })
  expect(at('compose a ps ').live).toEqual({ kind: 'file' })
})
