import { expect, test } from 'vitest'
import { defineCommand, envArgument, type Group, projectFlag } from '../command.ts'
import { readLine } from './read-line.ts'

const run = async () => ({ data: {} })
const up = defineCommand({ name: 'env.up', brief: '', flags: { project: projectFlag }, arguments: [envArgument], run })
const exec = defineCommand({ name: 'env.exec', brief: '', arguments: [envArgument], tail: 'after-dashes', run })
const compose = defineCommand({
  name: 'env.compose',
  brief: '',
  arguments: [envArgument],
  tail: 'after-arguments',
  run,
})
const status = defineCommand({ name: 'daemon.status', brief: '', run })
const root: Group = { brief: '', commands: { up, exec, compose, daemon: { brief: '', commands: { status } } } }

const read = (line: string) => {
  const { target: _, ...rest } = readLine(line.split(' '), root, { rise: 'up' })
  return rest
}

test('flags every command has may stand anywhere before --', () => {
  const expected = { path: ['up'], words: ['--on', 'big-box', '--json', 'a'], tail: undefined, help: false, json: true }
  expect(read('--on big-box up --json a')).toEqual(expected)
  expect(read('--on big-box --json up a')).toEqual(expected)
  expect(read('--project=shop -y up a').words).toEqual(['--project=shop', '-y', 'a'])
})

test('also between a group and its command', () => {
  expect(read('daemon --json status')).toMatchObject({ path: ['daemon', 'status'], words: ['--json'], json: true })
})

test('what stands after -- is nobody else’s', () => {
  expect(read('exec a -- ls --json --help -- x')).toEqual({
    path: ['exec'],
    words: ['a'],
    tail: ['ls', '--json', '--help', '--', 'x'],
    help: false,
    json: false,
  })
})

test('a command that passes everything on takes its own arguments and flags first', () => {
  expect(read('compose --project shop a ps -a --json')).toMatchObject({
    words: ['--project', 'shop', 'a'],
    tail: ['ps', '-a', '--json'],
    json: false,
  })
  expect(read('compose a -- ps --help')).toMatchObject({ words: ['a'], tail: ['ps', '--help'], help: false })
  expect(read('compose --help')).toMatchObject({ help: true })
  expect(read('compose a')).toMatchObject({ words: ['a'], tail: [] })
})

test('help is found wherever it stands, and is nobody’s argument', () => {
  expect(read('up a --help')).toMatchObject({ help: true, words: ['a'] })
  expect(read('-h up')).toMatchObject({ help: true, path: ['up'] })
})

test('other spellings, at the front only', () => {
  expect(read('rise a')).toMatchObject({ path: ['up'], words: ['a'] })
  expect(read('daemon rise')).toMatchObject({ path: ['daemon'], unknown: 'rise' })
})

test('what names no command is told, names of the language’s own objects too', () => {
  expect(read('upp a')).toMatchObject({ path: [], unknown: 'upp' })
  expect(read('constructor')).toMatchObject({ unknown: 'constructor' })
  expect(read('__proto__')).toMatchObject({ unknown: '__proto__' })
})
