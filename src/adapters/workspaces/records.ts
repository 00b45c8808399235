import { createHash } from 'node:crypto'
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { CopyMethod } from '../../core/envs/model.ts'
import { writeAtomic } from '../../lib/write-atomic.ts'
import { namesIfAny, textIfAny, timeIfAny } from './if-any.ts'

/** What is kept of a workspace beside it: proof that it is ours to remove, and how to mount it again. */
export interface WorkspaceRecord {
  workspace: string
  method: CopyMethod
  /** Base it is mounted over or a snapshot of, absolute; null otherwise. */
  base: string | null
}

export interface Records {
  /** Directory of a workspace's own things (record, overlay layers), whether it exists or not. */
  directory(workspace: string): string
  write(record: WorkspaceRecord): Promise<void>
  read(workspace: string): Promise<WorkspaceRecord | null>
  /** When it was written, which is when the workspace was begun; null where there is none. */
  time(workspace: string): Promise<Date | null>
  list(): Promise<WorkspaceRecord[]>
  forget(workspace: string): Promise<void>
}

/** Records below `<stateDirectory>/copies`, one directory a workspace. */
export function createRecords(stateDirectory: string): Records {
  const top = join(stateDirectory, 'copies')
  const directory = (workspace: string) => join(top, createHash('sha256').update(workspace).digest('hex').slice(0, 20))
  return {
    directory,
    async write(record) {
      await mkdir(directory(record.workspace), { recursive: true, mode: 0o700 })
      await writeAtomic(join(directory(record.workspace), 'record.json'), JSON.stringify(record))
    },
    read: (workspace) => readRecord(directory(workspace)),
    time: (workspace) => timeIfAny(join(directory(workspace), 'record.json')),
    async list() {
      const names = await namesIfAny(top)
      const records = await Promise.all(names.map((name) => readRecord(join(top, name))))
      return records.filter((record) => record !== null)
    },
    async forget(workspace) {
      await rm(directory(workspace), { recursive: true, force: true })
    },
  }
}

async function readRecord(directory: string): Promise<WorkspaceRecord | null> {
  const text = await textIfAny(join(directory, 'record.json'))
  return text === null ? null : (JSON.parse(text) as WorkspaceRecord)
}
