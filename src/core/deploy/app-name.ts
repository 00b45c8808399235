import { parseName } from '../envs/name.ts'
import { AppError } from '../errors.ts'

/** The name an app is to have, if it may. Throws NAME_INVALID. */
export function checkAppName(name: string): string {
  const parsed = parseName(name, 'app')
  if (parsed === name) return name
  throw new AppError('NAME_INVALID', `${JSON.stringify(name)} cannot be the name of an app`, {
    hint: `perhaps ${parsed}`,
  })
}
