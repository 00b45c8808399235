import type { Client } from '../../client/client.ts'
import { followRun, type RunAudience } from '../commands/ci/follow.ts'
import type { CiRun, CiStage } from '../ui/ci.ts'

/** What each stage of a run wrote, as far as it was kept: its end. */
export interface WatchedRun {
  run: CiRun
  output: Map<string, string>
}

/** How much of a stage's output is kept, bytes: more than anybody wants to read of one that failed. */
const kept = 256 * 1024

/** Follows a run to its end and keeps what its stages wrote. */
export async function watchRun(client: Client, id: string): Promise<WatchedRun> {
  const output = new Map<string, string>()
  let chunks: Buffer[] = []
  let size = 0
  const audience: RunAudience = {
    begin: () => undefined,
    output(bytes) {
      chunks.push(bytes)
      size += bytes.length
      while (chunks.length > 1 && size - (chunks[0]?.length ?? 0) > kept) size -= chunks.shift()?.length ?? 0
      return Promise.resolve()
    },
    end({ name }) {
      output.set(name, Buffer.concat(chunks).toString('utf8'))
      chunks = []
      size = 0
    },
    note: () => undefined,
  }
  return { run: await followRun(client, id, audience), output }
}

// oxlint-disable-next-line no-control-regex -- colours and cursor codes are what is taken out
const escapes = /\u001b(?:\[[0-9;?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)|[@-Z\\-_])/g

/** The last lines of what a stage wrote, without colours. */
export function lastLines(text: string, count: number): string {
  const lines = text.replaceAll(escapes, '').replaceAll('\r\n', '\n').trimEnd().split('\n')
  return lines.slice(-count).join('\n')
}

/** Whether a stage did not pass. */
export const isFailure = ({ state }: CiStage): boolean =>
  state === 'failed' || state === 'timed-out' || state === 'cancelled'

/** How a stage ended, in a line. */
export function stageSummary({ name, state, reason, exitCode, ms }: CiStage): string {
  const code = exitCode === null || exitCode === 0 ? '' : `, exit code ${exitCode}`
  const time = ms === null ? '' : `, ${ms} ms`
  return `${name}: ${state}${code}${time}${reason === null ? '' : ` (${reason})`}`
}
