import { AppError } from '../errors.ts'
import type { ReleaseBundle } from './bundle.ts'
import type { DeployDeps } from './deps.ts'

/** Gives the images of a release their own references here. Throws IMAGE_UNAVAILABLE. */
export async function requireImages({ engine }: Pick<DeployDeps, 'engine'>, { images }: ReleaseBundle): Promise<void> {
  const known = await engine.images()
  const here = new Set(known.values())
  for (const [service, { id, reference }] of Object.entries(images)) {
    if (known.get(reference) === id) continue
    if (!here.has(id))
      throw new AppError('IMAGE_UNAVAILABLE', `the image of ${service} is not on this machine`, {
        stage: 'image',
        hint: 'berth deploy sends it',
        details: { service, id },
      })
    await engine.tag(id, reference)
  }
}

/**
 * Starts what runs these images. Another home on this machine may have an app of the same name, and let go of a reference of
 * both between our look and our start: then it is given anew. Throws what the start throws.
 */
export async function startWithImages(
  deps: Pick<DeployDeps, 'engine'>,
  bundle: ReleaseBundle,
  start: () => Promise<void>,
): Promise<void> {
  try {
    await start()
  } catch (thrown) {
    if (!(thrown instanceof AppError && thrown.code === 'IMAGE_UNAVAILABLE')) throw thrown
    await requireImages(deps, bundle)
    await start()
  }
}
