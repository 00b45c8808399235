import { stripVTControlCharacters } from 'node:util'
import { type CiRun, type CiStage, showDuration, summaryLine } from './ci.ts'

const failed = ({ state }: CiStage) => state === 'failed' || state === 'timed-out' || state === 'cancelled'
const skipped = ({ state }: CiStage) => state === 'skipped' || state === 'waiting'

/** A run as JUnit XML: a test case for each stage, with what it wrote where that is known. */
export function junitText(run: CiRun, outputs: ReadonlyMap<string, string>): string {
  const { stages } = run
  const seconds = (ms: number) => (ms / 1000).toFixed(3)
  const total = stages.reduce((sum, { ms, state }) => sum + (state === 'cached' ? 0 : (ms ?? 0)), 0)
  const counts = `tests="${stages.length}" failures="${stages.filter(failed).length}" skipped="${stages.filter(skipped).length}"`
  const cases = stages.map((stage) => {
    const body = [
      ...(failed(stage) ? [`<failure message="${xml(stage.reason ?? stage.state)}"/>`] : []),
      ...(skipped(stage) ? [`<skipped message="${xml(stage.reason ?? '')}"/>`] : []),
      ...(outputs.has(stage.name) ? [`<system-out>${xml(outputs.get(stage.name) ?? '')}</system-out>`] : []),
    ]
    const time = seconds(stage.state === 'cached' ? 0 : (stage.ms ?? 0))
    return `    <testcase classname="berth.ci" name="${xml(stage.name)}" time="${time}">${body.join('')}</testcase>\n`
  })
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n  <testsuite name="berth ci" ${counts} errors="0" time="${seconds(total)}" timestamp="${run.startedAt}">\n${cases.join('')}  </testsuite>\n</testsuites>\n`
}

/** Text as XML 1.0 takes it: colours are taken out, and what no document may hold becomes `?`. */
function xml(text: string): string {
  const plain = stripVTControlCharacters(text).replaceAll(
    /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu,
    '?',
  )
  return plain.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
}

/** A run as GitHub shows it on the page of a job: Markdown for `$GITHUB_STEP_SUMMARY`. */
export function stepSummary(run: CiRun): string {
  const row = ({ name, state, ms, reason }: CiStage) =>
    `| ${cell(name)} | ${state} | ${ms === null ? '' : showDuration(ms)} | ${cell(reason ?? '')} |\n`
  return `### berth ci: ${run.state}\n\n| stage | outcome | took | |\n|---|---|---|---|\n${run.stages.map(row).join('')}\n${summaryLine(run)}\n`
}

const cell = (text: string) => text.replaceAll('|', '\\|').replaceAll('\n', ' ')
