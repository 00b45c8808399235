import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'vitest'
import type { TestBerth } from './berth.ts'
import { tracesOf } from './traces.ts'

/** How a command line failed. */
export interface Failure {
  exitCode: number | undefined
  code: string
  message: string
  hint: string
  details: Record<string, unknown>
}

/** Runs a command line that has to fail, as a person does and as a program does: both are told the same. */
export async function failureOf(berth: TestBerth, args: readonly string[], cwd = '/'): Promise<Failure> {
  const plain = await berth.run(args, { cwd })
  const { exitCode, stdout } = await berth.run(['--json', ...args], { cwd })
  const { error } = JSON.parse(stdout) as { error: Omit<Failure, 'exitCode'> }
  expect(plain.exitCode).toBe(exitCode)
  expect(plain.stdout).toBe('')
  expect(plain.stderr).toContain(`error: ${error.message}\n`)
  expect(plain.stderr.endsWith(`\nhint: ${error.hint}\n`)).toBe(true)
  return { exitCode, ...error }
}

/** Fails where a home has an env, or the engine or the disk holds anything of one. */
export async function expectNothingMade(berth: TestBerth): Promise<void> {
  expect(await berth.ok(['ls', '--quiet'])).toBe('')
  expect(await tracesOf(berth)).toEqual([])
  expect(await readdir(join(berth.home, 'envs')).catch(() => [])).toEqual([])
}
