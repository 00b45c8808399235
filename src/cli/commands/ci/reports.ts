import { appendFile, writeFile } from 'node:fs/promises'
import { failure } from '../../failure.ts'
import type { CiRun } from '../../ui/ci.ts'
import { junitText, stepSummary } from '../../ui/ci-reports.ts'
import type { RunAudience } from './follow.ts'

/** Files a run is written into, for other programs. */
export interface ReportFlags {
  junit?: string
  summary?: string
}

/** Of each stage's output, what a report holds: its end, bytes. */
const longestOutput = 64 * 1024

/** Listens beside another audience, and keeps what a report needs. */
export function createReporter(audience: RunAudience, { junit, summary }: ReportFlags) {
  const outputs = new Map<string, string>()
  let kept = Buffer.alloc(0)
  const listening: RunAudience = {
    ...audience,
    async output(bytes) {
      kept = Buffer.concat([kept, bytes]).subarray(-longestOutput)
      await audience.output(bytes)
    },
    end(stage) {
      if (kept.length > 0) outputs.set(stage.name, kept.toString())
      kept = Buffer.alloc(0)
      audience.end(stage)
    },
  }
  return {
    audience: junit === undefined ? audience : listening,
    /** Writes the files; the summary is added to what is there, as GitHub has it. Throws WORKSPACE_FAILED. */
    async write(run: CiRun): Promise<void> {
      try {
        if (junit !== undefined) await writeFile(junit, junitText(run, outputs))
        if (summary !== undefined) await appendFile(summary, stepSummary(run))
      } catch (error) {
        throw failure('WORKSPACE_FAILED', `the report cannot be written: ${(error as Error).message}`)
      }
    },
  }
}
