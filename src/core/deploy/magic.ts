import { closest } from '../../lib/closest.ts'
import { AppError } from '../errors.ts'
import type { ComposeModel } from '../ports/compose-model.ts'
import type { ReleaseBundle } from './bundle.ts'
import { mapStrings } from './map-strings.ts'

/** What compose files may name of the deploy they are part of, and what it stands for. */
export const magicVariables = {
  BERTH_APP: 'name of the app',
  BERTH_CONTEXT: 'context it is in',
  BERTH_RELEASE: 'id of the release',
  BERTH_MACHINE: 'machine it runs on, as whoever deploys calls it',
  BERTH_STRATEGY: 'how it is deployed',
  BERTH_TIMESTAMP: 'when the release was made on the machine, ISO 8601',
} as const

/** `BERTH_URL_WEB`: where a service is reached; that which takes the requests from outside, the others within the app. */
const urlPrefix = 'BERTH_URL_'

const markOf = (name: string) => `berth-magic-${name}-cigam`
const marks = /berth-magic-(BERTH_[A-Z0-9_]+)-cigam/g

/**
 * Values for the variables of Berth's own that compose files read; what is not known yet stands as a mark of itself. Throws
 * VARIABLE_UNKNOWN for any other `BERTH_…`.
 */
export function magicForBundle(
  names: readonly string[],
  { app, context }: { app: string; context: string },
): Record<string, string> {
  const own = names.filter((name) => name.startsWith('BERTH_'))
  for (const name of own) if (!(name in magicVariables) && !name.startsWith(urlPrefix)) throw unknown(name, [])
  const known: Record<string, string> = { BERTH_APP: app, BERTH_CONTEXT: context }
  return Object.fromEntries(own.map((name) => [name, known[name] ?? markOf(name)]))
}

function unknown(name: string, urls: readonly string[]): AppError {
  const names = [...Object.keys(magicVariables), ...urls]
  const meant = closest(name, names)
  return new AppError('VARIABLE_UNKNOWN', `the compose file reads \${${name}}, which Berth does not set`, {
    stage: 'bundle',
    hint: meant === undefined ? `there are ${names.join(', ')}` : `did you mean \${${meant}}?`,
    details: { variable: name, known: names },
  })
}

/**
 * The model with the addresses of its services filled in. The address requests come in by stays open, and so does what a
 * machine knows. Throws VARIABLE_UNKNOWN for the address of a service that there is not, or that has no port, and for
 * what is not known yet in the name of an image.
 */
export function withServiceUrls(
  model: ComposeModel,
  ports: ReadonlyMap<string, number | undefined>,
  entrance: string | null,
): ComposeModel {
  const urls = new Map(
    [...ports].flatMap(([service, port]) =>
      port === undefined && service !== entrance
        ? []
        : [[urlVariable(service), service === entrance ? markOf(urlVariable(service)) : `http://${service}:${port}`]],
    ),
  )
  refuseLateImages(model)
  return mapStrings(model, (text) =>
    text.replaceAll(marks, (mark, name: string) => {
      if (!name.startsWith(urlPrefix)) return mark
      const url = urls.get(name)
      if (url === undefined) throw unknown(name, [...urls.keys()])
      return url
    }),
  ) as ComposeModel
}

/** Images are chosen, and built, when a release is made. */
function refuseLateImages({ services }: ComposeModel): void {
  for (const [service, { image, build }] of Object.entries(services)) {
    const [found] = JSON.stringify([image, build]).match(marks) ?? []
    if (found === undefined) continue
    const name = found.replaceAll(marks, '$1')
    throw new AppError('VARIABLE_UNKNOWN', `the image of ${service} depends on \${${name}}, which comes later`, {
      stage: 'bundle',
      hint: 'images can depend on ${BERTH_APP} and ${BERTH_CONTEXT}',
      details: { service, variable: name },
    })
  }
}

const urlVariable = (service: string) => `${urlPrefix}${service.toUpperCase().replaceAll(/[^A-Z0-9]+/g, '_')}`

/** A finished text in which each mark is a reference again. */
export const magicToReferences = (text: string) => text.replaceAll(marks, (_, name: string) => `\${${name}}`)

/** What a deployment fills in. */
export interface MagicValues {
  release: string
  machine: string
  strategy: string
  timestamp: string
  /** Where requests come in; null for an app that takes none. */
  url: string | null
}

/** The release with everything filled in that only a deployment knows. */
export function fillMagic(bundle: ReleaseBundle, { url, ...values }: MagicValues): ReleaseBundle {
  const known: Record<string, string> = {
    BERTH_RELEASE: values.release,
    BERTH_MACHINE: values.machine,
    BERTH_STRATEGY: values.strategy,
    BERTH_TIMESTAMP: values.timestamp,
  }
  if (bundle.entrance !== null) known[urlVariable(bundle.entrance.service)] = url ?? ''
  // a doubled dollar is a dollar of the container's own
  const fill = (text: string) =>
    text.replaceAll(/\$\$|\$\{(BERTH_[A-Z0-9_]+)\}/g, (found, name?: string) =>
      name === undefined ? found : (known[name] ?? found),
    )
  return { ...bundle, model: mapStrings(bundle.model, fill) as ComposeModel }
}
