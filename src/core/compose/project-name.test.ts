import { dirname } from 'node:path'
import { expect, test } from 'vitest'
import { composeProjectName } from './project-name.ts'

const nameOf = (files: Record<string, string>, named: string[] = []) =>
  composeProjectName(
    {
      readText: async (path) => files[path.replace('/p/', '')],
      list: async (directory) => Object.keys(files).filter((file) => dirname(`/p/${file}`) === directory),
    },
    '/p',
    named,
  )

test.each<[string, Record<string, string>, string | undefined]>([
  ['none', { 'compose.yaml': 'services: {web: {image: x, name: y}}' }, undefined],
  ['a key of that name further down', { 'compose.yaml': 'services:\n  name:\n    image: x' }, undefined],
  ['plain', { 'compose.yaml': 'name: tea-shop\nservices: {}' }, 'tea-shop'],
  ['quoted, not as a label', { 'compose.yaml': '"name": "Tea Shop_2"' }, 'tea-shop-2'],
  ['in flow style', { 'compose.yaml': '{"services": {}, "name": "shop"}' }, 'shop'],
  ['the override wins', { 'compose.yaml': 'name: one', 'compose.override.yaml': 'name: two' }, 'two'],
  ['with a variable of .env', { 'compose.yaml': 'name: ${WHO}-shop', '.env': 'WHO=ada' }, 'ada-shop'],
  ['with a default', { 'compose.yaml': 'name: ${WHO:-tea}' }, 'tea'],
  ['with nothing for its variable', { 'compose.yaml': 'name: ${WHO}' }, undefined],
  ['no text', { 'compose.yaml': 'name: [a]' }, undefined],
  ['no YAML', { 'compose.yaml': 'name: [a\n  b: {' }, undefined],
  ['no file', {}, undefined],
])('%s', async (_, files, name) => {
  expect(await nameOf(files)).toBe(name)
})

test('of the files berth.toml names', async () => {
  const files = { 'compose.yaml': 'name: one', 'prod.yaml': 'name: two' }
  expect(await nameOf(files, ['compose.yaml', 'prod.yaml'])).toBe('two')
  expect(await nameOf(files, ['gone.yaml'])).toBeUndefined()
})
