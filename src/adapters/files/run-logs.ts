import { appendFile, mkdir, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { RunLogs } from '../../core/deploy/jobs/run-once.ts'

/** A program that writes more than this is not read by anybody, bytes. */
const largest = 5 * 1024 * 1024

/** Files of this machine that keep what runs of jobs wrote; only their owner can read them. */
export const runLogs: RunLogs = {
  async append(path, text) {
    const size = (await stat(path).catch(() => undefined))?.size
    if (size !== undefined && size > largest) return false
    if (size === undefined) await mkdir(dirname(path), { recursive: true, mode: 0o700 })
    await appendFile(path, text, { mode: 0o600 })
    return true
  },
}
