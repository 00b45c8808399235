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
