import { setTimeout as wait } from 'node:timers/promises'
import { AppError } from '../../core/errors.ts'
import { createSharedWork } from '../../lib/shared-work.ts'
import type { EngineApi } from './api.ts'
import type { ApiVolume } from './parse.ts'

/** The engine measures for one at a time: between two tries while it does so for another, ms, and how often. */
const pause = 200
const tries = 150

/** Every volume of the engine with its size, bytes; those who ask at once are told the same. */
export function createVolumeSizes(
  connect: () => Promise<EngineApi>,
): () => Promise<{ volume: ApiVolume; bytes: number }[]> {
  const shared = createSharedWork<ApiVolume[]>()
  return async () => {
    const volumes = await shared('sizes', async () => measure(await connect()))
    // -1 where a volume driver does not tell
    return volumes.map((volume) => ({ volume, bytes: Math.max(0, volume.UsageData?.Size ?? 0) }))
  }
}

async function measure(api: EngineApi): Promise<ApiVolume[]> {
  for (let left = tries; ; left--) {
    try {
      return (await api.get<{ Volumes: ApiVolume[] | null }>('/system/df', { type: 'volume' })).Volumes ?? []
    } catch (error) {
      if (left === 0 || !(error instanceof AppError) || !error.message.includes('already running')) throw error
      await wait(pause)
    }
  }
}
