/**
 * `npm test`: everything, also after something has failed; the quick tiers first, then those that need Docker, as one run, so that no
 * worker is idle while there is a file left. What it prints last says what failed and was skipped; the exit code is 1 when anything
 * failed. `npm test -- unit e2e` runs only those tiers.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { RunOutcome } from './test/outcome.ts'
import { countFailed, summary, sumOf } from './test/summary.ts'

const root = join(import.meta.dirname, '..')
const outcomes = join(root, 'node_modules', '.cache', 'test-outcomes')
const checks: Record<string, readonly string[]> = { typecheck: ['tsc'], lint: ['npm', 'run', '--silent', 'lint'] }
const quick = ['unit']
const withDocker = ['integration', 'e2e', 'lab', 'corpus']
const all = [...Object.keys(checks), ...quick, ...withDocker]

const wanted = process.argv.length > 2 ? process.argv.slice(2) : all
const unknown = wanted.filter((tier) => !all.includes(tier))
if (unknown.length > 0) {
  console.error(`no such tier: ${unknown.join(', ')} (there are ${all.join(', ')})`)
  process.exit(2)
}

const total: RunOutcome = { files: [], errors: [] }
let running: ChildProcess | undefined
let endedBy: NodeJS.Signals | undefined
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    endedBy = signal
    running?.kill(signal)
  })
}

rmSync(outcomes, { recursive: true, force: true })
for (const [name, argv] of Object.entries(checks)) if (wanted.includes(name)) await check(name, argv)
for (const tiers of [quick, withDocker]) await test(tiers.filter((tier) => wanted.includes(tier)))
if (endedBy !== undefined) total.errors.push({ name: 'the run', message: `ended by ${endedBy}` })
console.log(`\n${'━'.repeat(78)}\n${summary(total)}`)
process.exitCode = countFailed(total) === 0 ? 0 : 1

/** A program that is one check as a whole; it has said itself what is wrong. */
async function check(name: string, argv: readonly string[]): Promise<void> {
  const begun = performance.now()
  const exit = await run(name, argv)
  const failed = exit === '0' ? [] : [{ name, message: `exit ${exit}; what it said stands above` }]
  const milliseconds = performance.now() - begun
  total.files.push({
    tier: name,
    file: argv.join(' '),
    milliseconds,
    passed: failed.length === 0 ? 1 : 0,
    failed,
    skipped: [],
  })
}

/** Tiers as one run of vitest. One that ends badly without naming anything that failed counts as one failure. */
async function test(tiers: readonly string[]): Promise<void> {
  if (tiers.length === 0) return
  const path = join(outcomes, `${tiers.join('-')}.json`)
  const projects = tiers.flatMap((tier) => ['--project', tier])
  const reporters = ['--reporter=default', `--reporter=${join(import.meta.dirname, 'test', 'reporter.ts')}`]
  const exit = await run(tiers.join(', '), ['vitest', 'run', ...projects, ...reporters], { BERTH_TEST_OUTCOME: path })
  const outcome = read(path)
  if (exit !== '0' && countFailed(outcome) === 0)
    outcome.errors.push({ name: tiers.join(', '), message: `vitest ended with ${exit}, and did not say why` })
  for (const tier of tiers) console.log(`${tier}: ${sumOf(outcome.files.filter((file) => file.tier === tier))}`)
  total.files.push(...outcome.files)
  total.errors.push(...outcome.errors)
}

function read(path: string): RunOutcome {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as RunOutcome
  } catch {
    // vitest died before it could write one; its exit code says so
    return { files: [], errors: [] }
  }
}

/** Runs a program with its output on ours; returns its exit code, or what ended it. Nothing new begins once we were told to end. */
async function run(title: string, [program = '', ...args]: readonly string[], env = {}): Promise<string> {
  if (endedBy !== undefined) return endedBy
  console.log(`\n━━━ ${title} ${'━'.repeat(Math.max(0, 73 - title.length))}`)
  const { promise, resolve } = Promise.withResolvers<string>()
  running = spawn(program, args, {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, ...env },
  })
  running.on('exit', (code, signal) => resolve(String(code ?? signal)))
  running.on('error', (error) => resolve(error.message))
  return promise
}
