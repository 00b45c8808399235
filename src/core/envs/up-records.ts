import type { HomePaths } from '../home/paths.ts'
import type { Files } from '../ports.ts'
import type { UpRecord } from './plan-record.ts'

/** What the last `up` of each env planned and made. */
export interface UpRecords {
  /** undefined before an env's first `up`. */
  read(id: string): Promise<UpRecord | undefined>
  write(id: string, record: UpRecord): Promise<void>
  forget(id: string): void
}

/** The records in their files, each read once: this daemon is their only writer. */
export function createUpRecords({ files, paths }: { files: Files; paths: HomePaths }): UpRecords {
  const known = new Map<string, Promise<UpRecord | undefined>>()
  const load = async (id: string) => {
    const text = await files.readText(paths.upRecord(id))
    return text === undefined ? undefined : (JSON.parse(text) as UpRecord)
  }
  return {
    read(id) {
      const reading = known.get(id) ?? load(id)
      known.set(id, reading)
      return reading
    },
    async write(id, record) {
      known.delete(id)
      await files.writeText(paths.upRecord(id), `${JSON.stringify(record, undefined, 2)}\n`)
      known.set(id, Promise.resolve(record))
    },
    forget: (id) => void known.delete(id),
  }
}
