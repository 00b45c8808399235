import { expect, test } from 'vitest'
import { createLocalHost } from './local-host.ts'

const host = createLocalHost()

test('a program runs to its end, whatever its exit code', async () => {
  expect(await host.run(['sh', '-c', 'echo out; echo err >&2; exit 3'])).toMatchObject({
    exitCode: 3,
    stdout: 'out\n',
    stderr: 'err\n',
  })
})

test('a program that does not exist is TOOL_MISSING', async () => {
  await expect(host.run(['berth-no-such-program'])).rejects.toMatchObject({
    code: 'TOOL_MISSING',
    details: { program: 'berth-no-such-program' },
  })
})

test('a working directory that does not exist is not blamed on the program', async () => {
  await expect(host.run(['true'], { cwd: '/nonexistent-berth' })).rejects.toMatchObject({ code: 'WORKSPACE_FAILED' })
})

test('an aborted run is ended and rejects with the reason of the signal', async () => {
  const abort = new AbortController()
  const reason = new Error('enough')
  const run = host.run(['sh', '-c', 'echo started; exec sleep 60'], {
    signal: abort.signal,
    onLine: () => abort.abort(reason),
  })
  await expect(run).rejects.toBe(reason)
  await expect(host.run(['true'], { signal: abort.signal })).rejects.toBe(reason)
})
