import { closest } from '../../lib/closest.ts'
import { AppError } from '../errors.ts'

/** The failure of naming a machine nobody is connected to. */
export function notConnected(name: string, known: readonly string[]): AppError {
  const near = closest(name, known)
  const hint = near === undefined ? `berth connect ${name}` : `did you mean ${near}? else: berth connect ${name}`
  return new AppError('MACHINE_NOT_CONNECTED', `not connected to ${name}`, { hint, details: { machine: name } })
}
