import { AppError } from '../errors.ts'
import { type AccessLevel, accessLevels, type Caller, type Grant, type Quota } from './model.ts'

/** Whether one level holds another. */
export const holds = (has: AccessLevel, needs: AccessLevel) => accessLevels.indexOf(has) >= accessLevels.indexOf(needs)

/** What a caller may do, as a grant: the owner may do everything, for ever. */
export function grantOf(caller: Caller): Grant {
  return caller.kind === 'owner' ? everything : caller.token
}

const unlimited: Quota = { envs: null, cpus: null, memoryBytes: null, diskBytes: null }
const everything: Grant = { access: 'admin', projects: null, programs: true, quota: unlimited, expiresAt: null }

/** Whether a caller may see a project and what is in it. */
export function sees(caller: Caller, project: string): boolean {
  const { projects } = grantOf(caller)
  return projects === null || projects.includes(project)
}

/** Throws ACCESS_DENIED unless everything the wanted grant allows is allowed to the issuer too. */
export function refuseMoreThan(issuer: Grant, wanted: Grant): void {
  const excess = excessOf(issuer, wanted)
  if (excess !== undefined)
    throw new AppError('ACCESS_DENIED', `a token cannot be issued with more than its issuer has: ${excess}`)
}

function excessOf(issuer: Grant, wanted: Grant): string | undefined {
  if (!holds(issuer.access, wanted.access)) return `${wanted.access} access`
  if (wanted.programs && !issuer.programs) return 'programs'
  const foreign = issuer.projects === null ? [] : (wanted.projects ?? ['all projects']).filter(isNotIn(issuer.projects))
  if (foreign.length > 0) return foreign.join(', ')
  if (isLater(wanted.expiresAt, issuer.expiresAt)) return `it ends at ${issuer.expiresAt}`
  const over = quotaKeys.find((key) => isMore(wanted.quota[key], issuer.quota[key]))
  return over === undefined ? undefined : `quota of ${over}`
}

const quotaKeys = ['envs', 'cpus', 'memoryBytes', 'diskBytes'] as const
const isNotIn = (known: readonly string[]) => (name: string) => !known.includes(name)
/** null is without end, and more than any number. */
const isMore = (wanted: number | null, has: number | null) => has !== null && (wanted === null || wanted > has)
const isLater = (wanted: string | null, has: string | null) =>
  isMore(wanted === null ? null : Date.parse(wanted), has === null ? null : Date.parse(has))
