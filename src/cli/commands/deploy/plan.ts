import type { Output } from '../../../contract/routes.ts'
import type { Release } from './release.ts'

type Plan = Output<'deploy.plan'>
type Wave = Plan['waves'][number]

/** What `--dry-run --json` says. */
export const planOf = ({ id, bundle }: Release, plan: Plan, ingress: string | null) => ({
  id,
  services: bundle.services,
  secrets: bundle.secrets,
  plan,
  /** What becomes of this machine's ingress, where it is not as its settings say. */
  ingress,
})

/** What a deploy would do, for people: the services, then the machines in their order. */
export function describePlan({ id, bundle }: Release, plan: Plan, ingress: string | null): string {
  const lines = bundle.services.map(({ service, mode, reason }) =>
    mode === 'beside' ? `  ${service}: beside the old one` : `  ${service}: in place, since ${reason}`,
  )
  const { entrance } = bundle
  const notes = ingress === null || entrance === null ? [] : [`  ${ingress}`]
  const requests =
    entrance === null ? 'it takes no requests' : `requests go to ${entrance.service}, port ${entrance.port}`
  return [`release ${id} of ${bundle.app}; ${requests}`, ...lines, ...notes, ...describeOrder(plan, bundle)].join('\n')
}

function describeOrder(plan: Plan, { settings }: Release['bundle']): string[] {
  const machines = plan.waves.flatMap((wave) => wave.machines)
  const isPlainHere = machines.length === 1 && machines[0] === 'local' && plan.strategy !== 'canary'
  if (isPlainHere) return []
  const seconds = plan.watchSeconds ?? settings.bakeSeconds
  const waves = plan.waves.map((wave, at) => {
    const isLast = at === plan.waves.length - 1
    return `  ${at + 1}. ${describeWave(wave, seconds)}${(wave.gate && !isLast) || plan.wait ? `, watched for ${seconds} s` : ''}`
  })
  const failure = plan.continueOnError ? 'a failure stops no other machine' : 'a failure stops what follows'
  return [`${plan.strategy}, and ${failure}:`, ...waves]
}

function describeWave({ machines, atOnce, canary, share }: Wave, seconds: number): string {
  const names = machines.join(', ')
  if (canary)
    return share === null
      ? `${names}, the canary`
      : `${names}, the canary: ${share} % of its requests for ${seconds} s, then all`
  if (machines.length === 1) return names
  return atOnce >= machines.length ? `${names} at once` : `${names}, ${atOnce} at a time`
}
