import { AppError } from '../../core/errors.ts'
import type { EngineApi } from './api.ts'

/** Gets an image from its registry; its id, or undefined where it cannot be had. */
export async function pullImage(
  api: EngineApi,
  reference: string,
  signal: AbortSignal = new AbortController().signal,
): Promise<string | undefined> {
  const { name, tag } = splitReference(reference)
  try {
    // the answer is a stream of progress, and of what went wrong in the end; the image itself is asked for after it
    const progress = await api.postStream('/images/create', { fromImage: name, tag }, signal)
    for await (const chunk of progress) void chunk
    return (await api.get<{ Id: string }>(`/images/${encodeURIComponent(reference)}/json`)).Id
  } catch (thrown) {
    if (thrown instanceof AppError && thrown.code === 'ENGINE_FAILED') return undefined
    throw thrown
  }
}

/** Gives an image one more reference. */
export async function tagImage(api: EngineApi, id: string, reference: string): Promise<void> {
  const { name, tag } = splitReference(reference)
  await api.post(`/images/${encodeURIComponent(id)}/tag`, { repo: name, tag })
}

/** Takes a reference away, and its image with the last one. */
export function untagImage(api: EngineApi, reference: string): Promise<void> {
  return api.remove(`/images/${encodeURIComponent(reference)}`)
}

/** A reference with a digest has no tag of its own. */
function splitReference(reference: string): { name: string; tag: string | undefined } {
  if (reference.includes('@')) return { name: reference, tag: undefined }
  const [, name = reference, tag = 'latest'] = /^(.*?)(?::([^:/]+))?$/.exec(reference) ?? []
  return { name, tag }
}

/** Platform and size of images by their ids; those that are not here are left out. */
export async function readImageFacts(
  api: EngineApi,
  ids: readonly string[],
): Promise<Map<string, { platform: string; bytes: number }>> {
  const read = async (id: string) => {
    try {
      const path = `/images/${encodeURIComponent(id)}/json`
      const { Os, Architecture, Variant, Size } = await api.get<ImageAnswer>(path)
      const platform = [Os, Architecture, Variant].filter((part) => part !== undefined && part !== '').join('/')
      return [[id, { platform, bytes: Size }] as const]
    } catch (thrown) {
      if (thrown instanceof AppError && thrown.code === 'ENGINE_FAILED') return []
      throw thrown
    }
  }
  return new Map((await Promise.all([...new Set(ids)].map(read))).flat())
}

interface ImageAnswer {
  Os: string
  Architecture: string
  Variant?: string
  Size: number
}

/** Layers of every local image, from the bottom. */
export async function readLayers(api: EngineApi): Promise<string[][]> {
  const images = await api.get<{ Id: string }[]>('/images/json')
  const read = async ({ Id: id }: { Id: string }) =>
    (await api.get<{ RootFS: { Layers?: string[] } }>(`/images/${encodeURIComponent(id)}/json`)).RootFS.Layers ?? []
  return Promise.all(images.map(read))
}
