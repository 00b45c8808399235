import type { Generated } from 'kysely'

/** The tables, as Kysely sees them. `record`, `input` and `error` hold JSON of the model types. */
export interface Tables {
  project: { name: string; directory: string; created_at: string }
  env: { id: string; project: string; name: string; subnet: string; record: string }
  session: { id: string; env_id: string; started_at: string; record: string }
  operation: {
    id: string
    kind: string
    env_id: string | null
    input: string
    state: string
    started_at: string
    ended_at: string | null
    error: string | null
    attempts: Generated<number>
  }
  step: { operation_id: string; seq: number; name: string; state: string }
}
