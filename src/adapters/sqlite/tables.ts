import type { Generated } from 'kysely'

/** The tables, as Kysely sees them. `record`, `input`, `error` and `data` hold JSON of the model types. */
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
    subject: string | null
    actor: Generated<string>
  }
  event: {
    id: Generated<number>
    time: string
    type: string
    subject: string
    context: string
    operation: string | null
    actor: string
    data: string
  }
  machine: { context: string; name: string; record: string }
  context: { name: string; created_at: string }
  webhook: { id: string; created_at: string; record: string }
  step: { operation_id: string; seq: number; name: string; state: string }
  cloud_machine: { name: string; record: string }
  token: { id: string; created_at: string; record: string }
  audit: {
    seq: Generated<number>
    at: string
    who: string
    holder: string | null
    from: string
    what: string
    subject: string | null
    result: string
    ms: number
  }
  app: { id: string; context: string; name: string; record: string }
  release: { app: string; id: string; number: number; record: string }
  deployment: { id: string; app: string; started_at: string; record: string }
  certificate: { domain: string; record: string }
  job_run: { id: string; app: string; started_at: string; record: string }
}
