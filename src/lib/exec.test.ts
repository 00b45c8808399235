import { expect, test } from 'vitest'
import { exec } from './exec.ts'

/** A program that leaves the work to a child of its own, which holds stdout open. */
const withChild = ['sh', '-c', 'sleep 1000 & wait']

test('how a program ended, and what it wrote', async () => {
  const result = await exec(['sh', '-c', 'echo out; echo err >&2; exit 3'])
  expect(result).toMatchObject({ exitCode: 3, signal: undefined, stdout: 'out\n', stderr: 'err\n', timedOut: false })
})

test('a program that is not there is told, not thrown', async () => {
  expect(await exec(['no-such-program'])).toMatchObject({ exitCode: undefined, startError: 'ENOENT' })
})

test('a timeout ends the program and what it started', async () => {
  expect(await exec(withChild, { timeoutMs: 100 })).toMatchObject({ exitCode: undefined, timedOut: true })
})

test('so does an abort, also one that came before', async () => {
  const controller = new AbortController()
  const lines: string[] = []
  const script = 'echo started; sleep 1000 & wait'
  const onLine = (line: string) => {
    lines.push(line)
    controller.abort()
  }
  const result = await exec(['sh', '-c', script], { signal: controller.signal, onLine })
  expect(result).toMatchObject({ exitCode: undefined, signal: 'SIGTERM', timedOut: false })
  expect(lines).toEqual(['started'])
  expect(await exec(withChild, { signal: AbortSignal.abort() })).toMatchObject({ exitCode: undefined })
})

test('input is written and closed', async () => {
  expect(await exec(['cat'], { input: 'given' })).toMatchObject({ exitCode: 0, stdout: 'given' })
  expect(await exec(['cat'])).toMatchObject({ exitCode: 0, stdout: '' })
})
