import { isSecretName } from '../../lib/redact.ts'
import { AppError } from '../errors.ts'
import type { ComposeModel } from '../ports/compose-model.ts'
import { magicToReferences } from './magic.ts'
import { mapStrings } from './map-strings.ts'

/** A secret as it stands in a model that is not finished yet: something no compose file holds by itself. */
const markOf = (name: string) => `berth-secret-${name}-terces`
const marks = /berth-secret-([A-Za-z_][A-Za-z0-9_]*)-terces/g

/** Variables for Compose in which each secret is only a mark of itself: those of the vault, and those named as one. */
export function withoutSecrets(
  variables: Readonly<Record<string, string>>,
  fromVault: ReadonlySet<string>,
): Record<string, string> {
  const isSecret = (name: string) => fromVault.has(name) || isSecretName(name)
  return mapValues(variables, (value, name) => (isSecret(name) && value !== '' ? markOf(name) : value))
}

/** Where a model's values come from. */
interface Origins {
  /** Variables of the shell and of `.env`, with their real values. */
  variables: Readonly<Record<string, string>>
  /** What the project's `env_file`s say. */
  envFiles: Readonly<Record<string, string>>
  /** Takes secrets that are written in the compose file itself. */
  allowPlaintext: boolean
}

/**
 * Takes every secret out of a model that was made with `withoutSecrets`: it then stands as `${NAME}`, and all other
 * dollars are doubled, so that the model can be read as a compose file. Returns the values apart. Throws PLAINTEXT_SECRET.
 */
export function takeSecrets(
  model: ComposeModel,
  origins: Origins,
): { model: ComposeModel; values: Record<string, string> } {
  const values: Record<string, string> = {}
  const plain: string[] = []
  const services = mapValues(model.services, (service, name) => ({
    ...service,
    ...(service.environment && {
      environment: mapValues(service.environment, (value, key) => {
        if (value === null || value === '' || !isSecretName(key) || value.match(marks)) return value
        if (origins.envFiles[key] !== value) plain.push(`${name}.environment.${key}`)
        const secret = `BERTH_SECRET_${name}_${key}`.toUpperCase().replaceAll(/[^A-Z0-9_]/g, '_')
        values[secret] = value
        return markOf(secret)
      }),
    }),
  }))
  if (plain.length > 0 && !origins.allowPlaintext) throw plaintextSecret(plain)
  const named = mapStrings({ ...model, services }, (text) =>
    toComposeText(text, origins.variables, values),
  ) as ComposeModel
  return { model: named, values }
}

function plaintextSecret(where: readonly string[]): AppError {
  return new AppError('PLAINTEXT_SECRET', `secrets are written in the compose file: ${where.join(', ')}`, {
    stage: 'secrets',
    details: { where },
  })
}

function toComposeText(
  text: string,
  variables: Readonly<Record<string, string>>,
  values: Record<string, string>,
): string {
  return magicToReferences(text.replaceAll('$', '$$$$')).replaceAll(marks, (_, name: string) => {
    values[name] ??= variables[name] ?? ''
    return `\${${name}}`
  })
}

const mapValues = <T, R>(record: Readonly<Record<string, T>>, map: (value: T, key: string) => R): Record<string, R> =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value, key)]))
