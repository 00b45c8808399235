import { expect, test } from 'vitest'
import { chooseComposeFiles, findComposeFiles } from './compose-files.ts'

const choose = (listing: string[], variables: Record<string, string> = {}, named: string[] = []) =>
  chooseComposeFiles(listing, { named, variables })

test('files are preferred in the order Compose has', () => {
  expect(choose(['docker-compose.yml', 'compose.yml', 'compose.yaml'])).toEqual(['compose.yaml'])
  expect(choose(['docker-compose.yaml', 'docker-compose.yml'])).toEqual(['docker-compose.yml'])
  expect(choose(['compose.yaml', 'docker-compose.override.yml'])).toEqual([
    'compose.yaml',
    'docker-compose.override.yml',
  ])
  expect(choose(['compose.yaml', 'compose.override.yaml', 'compose.override.yml'])).toEqual([
    'compose.yaml',
    'compose.override.yml',
  ])
  expect(choose(['README.md', 'compose.override.yml'])).toEqual([])
})

test('COMPOSE_FILE counts before names found, named files before all', () => {
  expect(choose(['compose.yaml'], { COMPOSE_FILE: 'a.yaml:b.yaml' })).toEqual(['a.yaml', 'b.yaml'])
  expect(choose(['compose.yaml'], { COMPOSE_FILE: 'a.yaml;b.yaml', COMPOSE_PATH_SEPARATOR: ';' })).toEqual([
    'a.yaml',
    'b.yaml',
  ])
  expect(choose(['compose.yaml'], { COMPOSE_FILE: 'a.yaml' }, ['c.yaml'])).toEqual(['c.yaml'])
})

const diskOf = (files: Record<string, string>) => ({
  readText: (path: string) => Promise.resolve(files[path]),
  list: (directory: string) =>
    Promise.resolve(
      Object.keys(files).flatMap((path) => (path.startsWith(`${directory}/`) ? path.slice(directory.length + 1) : [])),
    ),
})
const none = { named: [], profiles: [], variables: {} }

test('.env names files and profiles; the shell counts before it', async () => {
  const disk = diskOf({
    '/p/.env': 'COMPOSE_FILE=deploy/a.yaml\nCOMPOSE_PROFILES=dev,debug',
    '/p/deploy/a.yaml': '',
    '/p/b.yaml': '',
  })
  expect(await findComposeFiles(disk, '/p', none)).toEqual({ files: ['/p/deploy/a.yaml'], profiles: ['dev', 'debug'] })
  expect(
    await findComposeFiles(disk, '/p', { ...none, profiles: ['x'], variables: { COMPOSE_FILE: 'b.yaml' } }),
  ).toEqual({
    files: ['/p/b.yaml'],
    profiles: ['x'],
  })
})

test('an absolute path in the directory the project was copied from means the copy', async () => {
  const disk = diskOf({ '/copy/dev/a.yaml': '', '/etc/b.yaml': '' })
  const variables = { COMPOSE_FILE: '/home/ann/shop/dev/a.yaml:/etc/b.yaml' }
  expect(await findComposeFiles(disk, '/copy', { ...none, variables, copiedFrom: '/home/ann/shop' })).toMatchObject({
    files: ['/copy/dev/a.yaml', '/etc/b.yaml'],
  })
})

test('no file, or a named one that is not there, is COMPOSE_NOT_FOUND', async () => {
  await expect(findComposeFiles(diskOf({}), '/p', none)).rejects.toMatchObject({ code: 'COMPOSE_NOT_FOUND' })
  await expect(findComposeFiles(diskOf({}), '/p', { ...none, named: ['x.yaml'] })).rejects.toMatchObject({
    code: 'COMPOSE_NOT_FOUND',
    details: { file: '/p/x.yaml' },
  })
})
