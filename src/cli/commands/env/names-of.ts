import { setTimeout as wait } from 'node:timers/promises'
import type { Input, Output } from '../../../contract/routes.ts'
import type { BerthContext, CommonFlags } from '../../context.ts'

export type NameList = Output<'env.names'>
type ServiceName = NameList['names'][number]

/** How long what was just started on another machine may take to be known here, ms. */
const patience = 5000

/** Names as they lead there from this machine; of another one too. */
export async function namesOf(context: BerthContext, flags: CommonFlags, only: Input<'env.names'>): Promise<NameList> {
  const found = await (await context.client(flags.on)).call('env.names', only)
  if (context.away === undefined) return found
  const { machine, context: of } = context.away
  const local = await context.client()
  for (const deadline = performance.now() + patience; ; await wait(100)) {
    const { suffix, resolves, names } = await local.call('project.names', { machine, context: of })
    const here = found.names.map((one) => names.find((each) => keyOf(each) === keyOf(one)))
    const late = found.names.some((one, index) => one.addresses.length > 0 && !here[index]?.addresses.length)
    if (late && performance.now() < deadline) continue
    return {
      suffix,
      resolves,
      names: found.names.map((one, index) => here[index] ?? { ...one, addresses: [], url: null }),
    }
  }
}

const keyOf = ({ project, env, service }: ServiceName) => `${project}/${env}/${service}`
