import type { Output } from '../../../contract/routes.ts'
import type { Argument } from '../../command.ts'
import type { BerthContext, CommonFlags } from '../../context.ts'

/** The context a command line means. */
export const contextOf = ({ context }: Pick<CommonFlags, 'context'>): string => context ?? 'default'

/** The caller's SSH agent, where there is one: berthd may have been started without. */
export function agentOf({ env }: Pick<BerthContext, 'env'>): { agent?: string } {
  return env['SSH_AUTH_SOCK'] ? { agent: env['SSH_AUTH_SOCK'] } : {}
}

/** The name of a connected machine. */
export const machineArgument: Argument = { name: 'machine', brief: 'as berth machines shows it', complete: 'machine' }

type Facts = Output<'machine.check'>['facts']

/** What a machine lacks, and how to get it: one line each. */
export function describeMissing(name: string, { requirements }: Facts): string[] {
  const missing = requirements.filter(({ remedy }) => remedy !== '')
  if (missing.length === 0) return []
  const lines = missing.map(
    ({ program, version, remedy }) => `  ${program}: ${version === null ? 'missing' : version}; ${remedy}`,
  )
  return ['missing there:', ...lines, `berth machine bootstrap ${name} installs it`]
}
