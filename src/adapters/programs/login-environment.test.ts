import { expect, test } from 'vitest'
import { readLoginEnvironment } from './login-environment.ts'

test('what a profile prints is no part of it, and values may hold anything', async () => {
  const said = async (argv: readonly string[]) => {
    const [, mark = ''] = /echo (\S+);/.exec(argv.at(-1) ?? '') ?? []
    return { exitCode: 0, stdout: `Welcome=back\n${mark}\nPATH=/home/u/bin:/bin\0TEXT=a\nb=c\0\0` }
  }
  expect(await readLoginEnvironment({ SHELL: '/bin/sh' }, said)).toEqual({ PATH: '/home/u/bin:/bin', TEXT: 'a\nb=c' })
})

test('a shell that fails leaves what there is', async () => {
  const own = { SHELL: '/bin/sh', PATH: '/bin' }
  expect(await readLoginEnvironment(own, async () => ({ exitCode: 1, stdout: '' }))).toBe(own)
})

test('a real shell exports what it was given', async () => {
  const found = await readLoginEnvironment({ SHELL: '/bin/sh', PATH: process.env['PATH'], GIVEN: 'x y' })
  expect(found['GIVEN']).toBe('x y')
})
