import { AppError } from '../../core/errors.ts'
import { portNamed } from '../../core/names/port-names.ts'
import type { Zone } from '../../core/names/zone.ts'
import type { NameTarget } from '../../core/names/zone-entries.ts'
import type { Page } from './page.ts'
import type { Route } from './route.ts'

/** A request that is refused for its form. */
export function badRequest(message: string): Page {
  return { status: 400, error: new AppError('USAGE', message) }
}

/** What a request meets that leads to no service. */
export function pageWithoutTarget({ kind, host }: Route, zone: Zone): Page {
  if (kind === 'index') return { status: 200, targets: zone.targets() }
  if (kind === 'foreign') {
    const error = new AppError('NAME_INVALID', 'this proxy serves names below localhost, and no others', {
      hint: 'http://<service>.<env>.localhost',
    })
    return { status: 421, error }
  }
  return { status: 404, error: new AppError('ENV_NOT_FOUND', `no env has the name ${host}`), targets: zone.targets() }
}

/** What a request meets whose service gave no reply, and why. */
export function unreachable({ env, service, ipv4, ipv6, ports }: NameTarget, cause: unknown): Page {
  if (service === null) {
    const error = new AppError('SERVICE_NOT_FOUND', `env ${env} has no service that takes its requests`, {
      hint: 'give one the label berth.ingress, or name it: <service>.<env>.localhost',
    })
    return { status: 404, error }
  }
  const label = `${service} of env ${env}`
  if (ipv4.length + ipv6.length === 0) {
    const error = new AppError('SERVICE_NOT_RUNNING', `${label} is not running`, { hint: `berth up ${env}` })
    return { status: 503, error }
  }
  const [port] = ports
  const reason = cause instanceof Error ? cause.message : String(cause)
  const message =
    port === undefined
      ? `${label} has no port: give it \`ports\` or \`expose\` in the compose file`
      : `${label} did not answer on port ${port}: ${reason}`
  const hint =
    portNamed('http', ports) === undefined
      ? `it does not look like HTTP; berth url ${env} ${service} gives its address`
      : `berth logs ${env} ${service}`
  const error = new AppError('SERVICE_UNREACHABLE', message, { hint, cause })
  return { status: 502, error }
}
