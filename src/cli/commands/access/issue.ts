import type { Input, Output } from '../../../contract/routes.ts'
import { parseDuration } from '../../../lib/duration.ts'
import { parseSize } from '../../../lib/size.ts'
import type { Outcome } from '../../command.ts'
import type { BerthContext } from '../../context.ts'
import { usage } from '../../failure.ts'
import { grantText } from './grant-text.ts'

/** What a token is to allow, as typed. */
export interface IssueFlags {
  scope?: 'read' | 'operate' | 'admin'
  project?: string[]
  programs: boolean
  expires?: string
  envs?: number
  cpus?: string
  memory?: string
  disk?: string
}

type Issued = Output<'token.issue'>

/** Issues a token on a machine of the user's; its text is the result. */
export async function issueToken(
  context: BerthContext,
  machine: string,
  holder: string,
  flags: IssueFlags,
): Promise<Outcome> {
  const client = await context.client(machine)
  const data = await client.call('token.issue', inputOf(holder, flags))
  context.ui.note(`${data.record.id}: ${holder} may ${grantText(data.record)}`)
  context.ui.note(howToUse(data, machine))
  return { data, text: data.token }
}

function inputOf(holder: string, flags: IssueFlags): Input<'token.issue'> {
  const { scope: access = 'read', project = [], programs, envs = null } = flags
  return {
    holder,
    access,
    projects: project.length === 0 ? null : project,
    programs,
    expiresInSeconds: durationOf(flags.expires),
    quota: {
      envs,
      cpus: countOf(flags.cpus),
      memoryBytes: sizeOf('--memory', flags.memory),
      diskBytes: sizeOf('--disk', flags.disk),
    },
  }
}

function howToUse({ api }: Issued, machine: string): string {
  if (api !== null) return `keep it now, it is not shown again; it is used with: berth login https://${api.address}`
  const where = machine === 'local' ? 'this machine' : machine
  return `${where} serves its API on no address: [api] listen in its ~/.berth/config.toml opens one, and a new token names it`
}

function durationOf(text: string | undefined): number | null {
  if (text === undefined) return null
  const ms = parseDuration(text)
  if (ms === undefined || ms <= 0) throw usage(`--expires ${text} is no duration`, 'for example 12h or 30d')
  return ms / 1000
}

function countOf(text: string | undefined): number | null {
  if (text === undefined) return null
  const count = Number(text)
  if (!(count > 0) || text.trim() === '') throw usage(`--cpus ${text} is no number of CPUs`, 'for example 2 or 0.5')
  return count
}

function sizeOf(flag: string, text: string | undefined): number | null {
  if (text === undefined) return null
  const bytes = parseSize(text)
  if (bytes === undefined || bytes <= 0) throw usage(`${flag} ${text} is no size`, 'for example 512m or 4g')
  return bytes
}
