import { expect, test } from 'vitest'
import { findComposeProgram } from './compose-program.ts'

const among =
  (...there: string[]) =>
  (path: string) =>
    there.includes(path)
const environment = { HOME: '/home/ann' }

test("the user's own plugin comes before the system's", () => {
  const own = '/home/ann/.docker/cli-plugins/docker-compose'
  const system = '/usr/libexec/docker/cli-plugins/docker-compose'
  expect(findComposeProgram(environment, among(own, system))).toEqual([own])
  expect(findComposeProgram(environment, among(system))).toEqual([system])
  expect(
    findComposeProgram({ ...environment, DOCKER_CONFIG: '/etc/d' }, among('/etc/d/cli-plugins/docker-compose', own)),
  ).toEqual(['/etc/d/cli-plugins/docker-compose'])
})

test('where no plugin is found, docker finds it', () => {
  expect(findComposeProgram(environment, among())).toEqual(['docker', 'compose'])
})
