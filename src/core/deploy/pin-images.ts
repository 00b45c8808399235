import { AppError } from '../errors.ts'
import type { OperationScope } from '../operations/run-steps.ts'
import type { ComposeModel } from '../ports/compose-model.ts'
import type { ComposeFiles } from '../ports.ts'
import type { ReleaseBundle } from './bundle.ts'
import type { DeployDeps } from './deps.ts'

/** Reference under which Berth keeps an image of an app: it follows from the content, so it never means another one. */
const referenceOf = (app: string, service: string, id: string) =>
  `berth-app/${app}-${service.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')}:${id.replace('sha256:', '').slice(0, 12)}`

/**
 * Builds what has to be built, gets what is not on this machine, and gives every image a reference that stays. Throws
 * COMPOSE_FAILED (of a build), IMAGE_UNAVAILABLE.
 */
export async function pinImages(
  { engine, heavy }: Pick<DeployDeps, 'engine' | 'heavy'>,
  { app, files, model }: { app: string; files: ComposeFiles; model: ComposeModel },
  { emit, signal }: OperationScope,
): Promise<ReleaseBundle['images']> {
  const built = Object.keys(model.services).filter((name) => model.services[name]?.build)
  const onLine = (line: string) => emit({ type: 'output', line })
  if (built.length > 0) await heavy(() => engine.build(files, { services: built, signal, onLine }))
  const known = await engine.images()
  const pinned = await Promise.all(
    Object.entries(model.services).map(async ([service, { image }]) => {
      const wanted = image ?? `${files.project}-${service}`
      const id = known.get(wanted) ?? (await engine.pull(wanted, signal))
      if (id === undefined) {
        throw new AppError('IMAGE_UNAVAILABLE', `${service} runs the image ${wanted}, which is nowhere to be had`, {
          stage: 'image',
          details: { service, image: wanted },
        })
      }
      const reference = referenceOf(app, service, id)
      await engine.tag(id, reference)
      return [service, { id, reference }] as const
    }),
  )
  return Object.fromEntries(pinned.toSorted(([a], [b]) => (a < b ? -1 : 1)))
}
