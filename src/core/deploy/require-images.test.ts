import { expect, test } from 'vitest'
import { AppError } from '../errors.ts'
import type { ReleaseBundle } from './bundle.ts'
import { startWithImages } from './require-images.ts'

const reference = 'berth-app/shop-web:0123456789ab'
const bundle = { images: { web: { id: 'sha256:web', reference } } } as unknown as ReleaseBundle

/** An engine with these references, and a start that wants ours. */
function openWorld(references: Record<string, string>) {
  const images = new Map(Object.entries(references))
  const world = { images, starts: 0 }
  const engine = {
    images: () => Promise.resolve(images),
    tag: (id: string, name: string) => Promise.resolve(void images.set(name, id)),
  } as unknown as Parameters<typeof startWithImages>[0]['engine']
  const start = () => {
    world.starts += 1
    return images.has(reference)
      ? Promise.resolve()
      : Promise.reject(new AppError('IMAGE_UNAVAILABLE', 'no such image'))
  }
  return { world, run: () => startWithImages({ engine }, bundle, start) }
}

test('a reference that somebody let go of before the start is given anew', async () => {
  const { world, run } = openWorld({ 'project-web:latest': 'sha256:web' })
  await run()
  expect(world).toMatchObject({ starts: 2 })
  expect(world.images.get(reference)).toBe('sha256:web')
})

test('an image that is gone is said to be', async () => {
  const { world, run } = openWorld({})
  await expect(run()).rejects.toMatchObject({ code: 'IMAGE_UNAVAILABLE', stage: 'image' })
  expect(world.starts).toBe(1)
})

test('a start that fails of something else is not repeated', async () => {
  const failure = new AppError('SERVICE_UNHEALTHY', 'web is unhealthy')
  await expect(startWithImages({ engine: {} as never }, bundle, () => Promise.reject(failure))).rejects.toBe(failure)
})
