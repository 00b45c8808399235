/**
 * `npm test`: every tier in turn, the cheap ones first, also after one has failed. The last line sums them up; the exit
 * code is 1 when anything failed. `npm test -- unit e2e` runs only those tiers.
 */
import { spawnSync } from 'node:child_process'
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'

interface Count {
  passed: number
  failed: number
  skipped: number
}

const none: Count = { passed: 0, failed: 0, skipped: 0 }
const root = join(import.meta.dirname, '..')
const reports = join(root, 'node_modules', '.cache', 'test-reports')

const tiers: Record<string, () => Count> = {
  typecheck: () => check(['tsc']),
  lint: () => check(['npm', 'run', '--silent', 'lint']),
  unit: () => vitest('unit'),
  integration: () => vitest('integration'),
  e2e: () => vitest('e2e'),
  corpus: () => vitest('corpus'),
}

const wanted = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(tiers)
const unknown = wanted.filter((tier) => !(tier in tiers))
if (unknown.length > 0) {
  console.error(`no such tier: ${unknown.join(', ')} (there are ${Object.keys(tiers).join(', ')})`)
  process.exit(2)
}

rmSync(reports, { recursive: true, force: true })
const counts = wanted.map((tier) => {
  console.log(`\n━━━ ${tier} ${'━'.repeat(Math.max(0, 75 - tier.length))}`)
  const count = tiers[tier]?.() ?? { ...none, failed: 1 }
  console.log(`${tier}: ${inWords(count)}`)
  return count
})

const total = counts.reduce((sum, { passed, failed, skipped }) => ({
  passed: sum.passed + passed,
  failed: sum.failed + failed,
  skipped: sum.skipped + skipped,
}))
console.log(`\n${inWords(total)}`)
process.exitCode = total.failed === 0 ? 0 : 1

function inWords({ passed, failed, skipped }: Count): string {
  return `${passed} passed, ${failed} failed${skipped === 0 ? '' : `, ${skipped} skipped`}`
}

/** A program that is one check as a whole. */
function check(argv: readonly string[]): Count {
  return run(argv) ? { ...none, passed: 1 } : { ...none, failed: 1 }
}

/** A vitest project. A run that ends badly without naming a failed test (a file that does not load) counts as one failure. */
function vitest(project: string): Count {
  const report = join(reports, `${project}.json`)
  const ok = run([
    'vitest',
    'run',
    '--project',
    project,
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
  ])
  const { passed, failed, skipped } = readReport(report)
  return { passed, skipped, failed: ok ? failed : Math.max(failed, 1) }
}

function readReport(file: string): Count {
  try {
    const report = JSON.parse(readFileSync(file, 'utf8')) as Record<
      'numPassedTests' | 'numFailedTests' | 'numPendingTests',
      number
    >
    return { passed: report.numPassedTests, failed: report.numFailedTests, skipped: report.numPendingTests }
  } catch {
    // vitest died before it could write one; its exit code has said so
    return none
  }
}

function run([program = '', ...args]: readonly string[]): boolean {
  return spawnSync(program, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] }).status === 0
}
