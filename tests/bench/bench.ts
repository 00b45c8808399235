/**
 * `npm run bench`: what Berth costs, against the bare tools beneath it, in one run on this machine. Prints a table and
 * leaves the numbers in .cache/bench/results.json; the exit code is 1 when a target is missed.
 *
 *   npm run bench                    everything
 *   npm run bench -- ls up           some rows
 *   npm run bench -- --quick         fewer runs: shows the direction, proves nothing
 *   npm run bench -- --write         writes docs/BENCHMARKS.md too
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { ensureImages } from '../support/images.ts'
import { machineFacts } from './machine.ts'
import { passes, type Result, type Row } from './model.ts'
import { type Measured, renderTable } from './report.ts'
import { ciRow } from './rows/ci.ts'
import { createRow } from './rows/create.ts'
import { deployRow } from './rows/deploy.ts'
import { dnsRow } from './rows/dns.ts'
import { logsRow } from './rows/logs.ts'
import { lsRow } from './rows/ls.ts'
import { machinesRow } from './rows/machines.ts'
import { memoryRow } from './rows/memory.ts'
import { proxyRow } from './rows/proxy.ts'
import { resyncRow } from './rows/resync.ts'
import { startRow } from './rows/start.ts'
import { tunnelRow } from './rows/tunnel.ts'
import { upRow } from './rows/up.ts'

const rows: readonly Row[] = [
  lsRow,
  startRow,
  upRow,
  createRow,
  dnsRow,
  proxyRow,
  memoryRow,
  logsRow,
  machinesRow,
  resyncRow,
  tunnelRow,
  ciRow,
  deployRow,
]
const root = join(import.meta.dirname, '..', '..')
const usage = `npm run bench -- [--quick] [--write] [row…]   rows: ${rows.map(({ name }) => name).join(', ')}`
const { values, positionals } = readArguments()
if (values.help) {
  console.log(usage)
  process.exit(0)
}
const unknown = positionals.filter((name) => !rows.some((row) => row.name === name))
if (unknown.length > 0) {
  console.error(`no such row: ${unknown.join(', ')} (there are ${rows.map(({ name }) => name).join(', ')})`)
  process.exit(2)
}

await ensureImages(['busybox', 'node'])
const facts = machineFacts()
const measured: Measured[] = []
for (const row of rows.filter(({ name }) => positionals.length === 0 || positionals.includes(name))) {
  console.error(`bench: ${row.name}`)
  const results = await measure(row).catch((error: unknown) => [failure(row, error)])
  measured.push({ row, results })
  console.log(`\n${renderTable(measured.slice(-1))}`)
}
record()
const all = measured.flatMap(({ results }) => results)
process.exitCode = all.some((result) => result.failed === true || passes(result) === false) ? 1 : 0

function readArguments() {
  const flag = { type: 'boolean', default: false } as const
  try {
    return parseArgs({ options: { quick: flag, write: flag, help: { ...flag, short: 'h' } }, allowPositionals: true })
  } catch (error) {
    console.error(`${(error as Error).message}\n${usage}`)
    return process.exit(2)
  }
}

/** One row, with everything it made removed afterwards. */
async function measure(row: Row): Promise<Result[]> {
  const deferred: (() => Promise<unknown>)[] = []
  try {
    return await row.measure({
      quick: values.quick,
      runs: values.quick ? 5 : 11,
      defer: (work) => void deferred.push(work),
    })
  } finally {
    for (const work of deferred.toReversed()) await work()
  }
}

/** A row that failed is said, and keeps no other from being measured. */
function failure(row: Row, error: unknown): Result {
  console.error(error)
  const detail = `failed: ${(error instanceof Error ? error.message : String(error)).split('\n')[0]}`
  return { title: row.name, detail, value: undefined, unit: 'ms', limit: 0, bound: 'most', failed: true }
}

function record(): void {
  const directory = join(root, '.cache', 'bench')
  mkdirSync(directory, { recursive: true })
  const when = new Date().toISOString()
  const lines = measured.flatMap(({ row, results }) =>
    results.map((result) => ({ row: row.name, ...result, pass: passes(result) ?? null })),
  )
  writeFileSync(
    join(directory, 'results.json'),
    `${JSON.stringify({ when, quick: values.quick, facts, results: lines }, null, 2)}\n`,
  )
  if (!values.write) return
  const head =
    '# Benchmarks\n\nWritten by `npm run bench -- --write`: medians, Berth and the bare tool measured in turns in one run.'
  const machine = Object.entries(facts)
    .map(([name, fact]) => `${name}: ${fact}`)
    .join(' · ')
  writeFileSync(join(root, 'docs', 'BENCHMARKS.md'), `${head}\n\n${machine}\n\n${renderTable(measured)}\n`)
}
