/** `berth mcp` as an agent has it: the SDK's client over stdin and stdout. */
import { join } from 'node:path'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openBerth, type TestBerth } from '../support/berth.ts'
import { isRunning } from '../support/daemon.ts'
import { eventually } from '../support/eventually.ts'
import { makeRepository, type TestRepository } from '../support/repository.ts'

const packageJson = JSON.stringify({ scripts: { lint: 'node lint.js', test: 'node test.js' } })
const failing = 'for (let i = 1; i <= 100; i++) console.log("\\u001b[31mline " + i + "\\u001b[0m"); process.exit(3)'

let berth: TestBerth
let repository: TestRepository
let client: Client
let transport: StdioClientTransport
let stderr = ''
beforeEach(async () => {
  berth = await openBerth()
  repository = await makeRepository(berth, {
    'package.json': packageJson,
    'lint.js': 'console.log("lint ran")',
    'test.js': failing,
  })
  transport = new StdioClientTransport({
    command: join(import.meta.dirname, '..', '..', 'bin', 'berth'),
    args: ['mcp'],
    cwd: repository.directory,
    env: Object.fromEntries(
      Object.entries(berth.env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
    ),
    stderr: 'pipe',
  })
  stderr = ''
  transport.stderr?.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
  client = new Client({ name: 'test', version: '1' })
  await client.connect(transport)
})
afterEach(async () => {
  await client.close()
  await berth.close()
  await repository.remove()
})

interface Answer {
  isError?: boolean
  structuredContent?: Record<string, unknown>
  content: { text: string }[]
}

async function call(name: string, input: Record<string, unknown> = {}) {
  const {
    isError = false,
    content,
    structuredContent = {},
  } = (await client.callTool({ name, arguments: input })) as unknown as Answer
  return { isError, text: content.map(({ text }) => text).join('\n'), data: structuredContent }
}

test('the tools there are, each with what it takes', async () => {
  const { tools } = await client.listTools()
  expect(tools.map(({ name }) => name)).toEqual([
    'ci_list',
    'ci_stale_stages',
    'ci_run_stage',
    'ci_run_all',
    'ci_runs',
    'ci_kill',
    'ci_invalidate',
    'ci_explain_failure',
  ])
  for (const { description, inputSchema } of tools) {
    expect(description).toMatch(/\.$/)
    expect(inputSchema.type).toBe('object')
  }
  expect(tools.find(({ name }) => name === 'ci_run_stage')?.inputSchema.required).toEqual(['stage'])
})

test('an agent at work: list, run, understand, mend, run what is stale', async () => {
  expect((await call('ci_list')).text).toBe('lint: npm run lint\ntest: npm run test')
  const all = await call('ci_run_all', { lines: 3 })
  expect(all.isError).toBe(true)
  expect(all.text).toMatch(/lint: passed[^]*test: failed, exit code 3[^]*command: npm run test/)
  const explained = await call('ci_explain_failure', { lines: 2 })
  expect(explained.data).toMatchObject({
    failures: [{ stage: 'test', command: 'npm run test', directory: repository.directory, exitCode: 3 }],
  })
  expect(explained.text).toContain('line 99\nline 100')
  expect(explained.text).not.toContain('line 98')
  expect(explained.text).not.toContain('\u001b')
  expect((await call('ci_stale_stages')).text).toBe('test')

  await repository.write({ 'test.js': 'console.log("fine")' })
  expect((await call('ci_stale_stages')).text).toBe('lint\ntest') // npm scripts may read any file
  expect(await call('ci_run_stage', { stage: 'test' })).toMatchObject({
    isError: false,
    text: expect.stringContaining('test: passed'),
  })
  expect((await call('ci_run_all')).text).toMatch(/lint: passed[^]*test: cached/)
  expect((await call('ci_stale_stages')).text).toContain('nothing')
  expect((await call('ci_invalidate', { stages: ['test'] })).text).toBe('forgotten: test')
  expect((await call('ci_stale_stages')).text).toBe('test')
  expect((await call('ci_explain_failure')).text).toContain('no stage of run')
})

test('a stage runs behind those it depends on; runs are listed, and one that is over is not ended', async () => {
  await repository.write({
    'berth.toml':
      '[ci.stages.lint]\ncommand = "echo lint"\n[ci.stages.test]\ncommand = "sleep 0.2; exit 4"\ndepends_on = ["lint"]\n',
  })
  const run = await call('ci_run_stage', { stage: 'test', timeoutSeconds: 60 })
  expect(run).toMatchObject({ isError: true, text: expect.stringMatching(/lint: passed[^]*test: failed, exit code 4/) })
  expect((await call('ci_stale_stages', { stages: ['test'] })).text).toBe('test')
  expect((await call('ci_runs', { count: 1 })).text).toMatch(/^\w+: failed on local, failed: test$/)
  const { runs } = (await call('ci_runs')).data as { runs: { id: string }[] }
  expect(await call('ci_kill', { run: runs[0]?.id })).toMatchObject({
    isError: true,
    data: { error: { code: 'CI_RUN_OVER' } },
  })
  const away = await call('ci_run_all', { on: ['nobody@nowhere.invalid'], parallel: 2 })
  expect(away).toMatchObject({ isError: true, text: expect.stringContaining('nowhere.invalid') })
  expect(away.text).toContain('hint: ')
})

test('what is wrong is an answer, with what to do', async () => {
  const unknown = await call('ci_run_stage', { stage: 'tset' })
  expect(unknown).toMatchObject({ isError: true, data: { error: { code: 'CI_STAGE_UNKNOWN' } } })
  expect(unknown.text).toContain('hint: ')
  expect(await call('ci_run_stage', {})).toMatchObject({ isError: true, text: expect.stringContaining('stage') })
  expect(await call('ci_list', { directory: 'no such directory' })).toMatchObject({ isError: true })
  // and the server is still there
  expect((await call('ci_list')).isError).toBe(false)
  expect(stderr).toBe('')
})

test('a call that is taken back ends what it started', async () => {
  await repository.write({
    'test.js': 'require("fs").writeFileSync("pid", String(process.pid)); setInterval(() => {}, 1000)',
  })
  const taken = new AbortController()
  const running = client.callTool({ name: 'ci_run_stage', arguments: { stage: 'test' } }, undefined, {
    signal: taken.signal,
  })
  const pid = await eventually(async () => {
    const text = await repository.read('pid')
    expect(text).not.toBe('') // made, and not written yet
    return Number(text)
  })
  expect(isRunning(pid)).toBe(true)
  taken.abort()
  await expect(running).rejects.toThrow()
  await eventually(() => {
    if (isRunning(pid)) throw new Error(`${pid} still runs`)
  })
})

test('it ends with its caller', async () => {
  const { pid } = transport
  expect(pid).not.toBeNull()
  await client.close()
  await eventually(() => {
    if (pid !== null && isRunning(pid)) throw new Error(`${pid} still runs`)
  })
})
