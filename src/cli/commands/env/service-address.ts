import type { Output } from '../../../contract/routes.ts'
import { closest } from '../../../lib/closest.ts'
import type { Argument } from '../../command.ts'
import type { BerthContext, CommonFlags } from '../../context.ts'
import { failure } from '../../failure.ts'
import { namesOf } from './names-of.ts'
import { envRef } from './shared.ts'

type ServiceName = Output<'env.names'>['names'][number]

/** `[service]`, the ingress one when absent. */
export const serviceArgument: Argument = {
  name: 'service',
  brief: 'the service; the ingress one unless said',
  optional: true,
  complete: 'service',
}

/** The URL that reaches a service of an env now. Throws SERVICE_NOT_FOUND, SERVICE_NOT_RUNNING. */
export async function serviceAddress(
  context: BerthContext,
  flags: CommonFlags & { project?: string },
  name: string,
  service: string | undefined,
): Promise<{ service: string; url: string }> {
  const { names } = await namesOf(context, flags, { env: envRef(context, name, flags.project) })
  const found = names.find((one) => (service === undefined ? one.ingress : one.service === service))
  if (found === undefined) throw notFound(name, service, names)
  if (found.addresses.length === 0)
    throw failure('SERVICE_NOT_RUNNING', `${found.service} of ${name} is not running`, `berth up ${name}`)
  if (found.url === null)
    throw failure('SERVICE_NOT_FOUND', `${found.service} of ${name} listens on no port Berth knows`)
  return { service: found.service, url: found.url }
}

function notFound(env: string, service: string | undefined, names: readonly ServiceName[]) {
  const services = names.map((one) => one.service)
  if (services.length === 0) return failure('SERVICE_NOT_RUNNING', `nothing of ${env} runs`, `berth up ${env}`)
  if (service === undefined)
    return failure('SERVICE_NOT_FOUND', `${env} has no ingress service`, `name one of ${services.join(', ')}`)
  const near = closest(service, services)
  const hint = near === undefined ? `its services: ${services.join(', ')}` : `did you mean ${near}?`
  return failure('SERVICE_NOT_FOUND', `${env} has no service ${service}`, hint)
}
