import type { Output } from '../../../contract/routes.ts'

type Token = Output<'token.list'>['tokens'][number]

/** What a token allows, as the end of a sentence: `operate in shop, until 2026-12-01 12:00`. */
export function grantText(token: Token): string {
  const { access, projects, programs, expiresAt } = token
  const where = projects === null ? 'all projects' : projects.join(', ')
  const ends = expiresAt === null ? 'until revoked' : `until ${timeText(expiresAt)}`
  return [`${access} in ${where}`, programs ? 'run programs' : undefined, quotaText(token), ends]
    .filter((part) => part !== undefined)
    .join(', ')
}

/** A quota in words, or undefined where there is none. */
export function quotaText({ quota: { envs, cpus, memoryBytes, diskBytes } }: Pick<Token, 'quota'>): string | undefined {
  const parts = [
    envs === null ? [] : [`${envs} envs`],
    cpus === null ? [] : [`${cpus} CPUs`],
    memoryBytes === null ? [] : [`${sizeText(memoryBytes)} memory`],
    diskBytes === null ? [] : [`${sizeText(diskBytes)} disk`],
  ].flat()
  return parts.length === 0 ? undefined : `at most ${parts.join(', ')}`
}

/** `2026-12-01 12:00`, UTC. */
export const timeText = (iso: string) => iso.slice(0, 16).replace('T', ' ')

function sizeText(bytes: number): string {
  const [unit, size] = bytes >= 1024 ** 3 ? (['GB', 1024 ** 3] as const) : (['MB', 1024 ** 2] as const)
  return `${Math.round((bytes / size) * 10) / 10} ${unit}`
}
