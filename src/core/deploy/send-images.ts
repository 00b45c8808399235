import { AppError } from '../errors.ts'
import type { OperationScope } from '../operations/run-steps.ts'
import type { MachineConnection } from '../ports.ts'

/** Images as the other machine knows them. */
export interface RemoteImages {
  /** Which of these image ids it has not, the layers of those it has, and where it takes archives. */
  wanted(ids: readonly string[]): Promise<{ missing: string[]; layers: string[][]; incoming: string }>
  /** Has it load an archive that lies at `file` there; the file is removed. */
  load(file: string): Promise<void>
}

/** Archives of images on this machine. */
export interface ImageArchives {
  /**
   * Packs images, without the layers that every image in `known` (diff ids, from the bottom) shows to be there already.
   * `release` removes the file.
   */
  pack(references: readonly string[], known: readonly string[][]): Promise<PackedImages>
}

export interface PackedImages {
  file: string
  bytes: number
  /** Digest of what is in it. */
  id: string
  /** Whether layers were left out. */
  partial: boolean
  release(): Promise<void>
}

interface SendRequest {
  images: readonly { id: string; reference: string }[]
  /** What the machine is called. */
  machine: string
}

/** Sends images to another machine: only those it has not, and of those only the layers it has not. */
export async function sendImages(
  deps: { archives: ImageArchives; there: RemoteImages; connection: Pick<MachineConnection, 'append'> },
  { images, machine }: SendRequest,
  { emit, signal }: Pick<OperationScope, 'emit' | 'signal'>,
): Promise<{ sent: string[]; bytes: number }> {
  const { missing, layers, incoming } = await deps.there.wanted(images.map(({ id }) => id))
  const wanted = images.filter(({ id }) => missing.includes(id))
  if (wanted.length === 0) return { sent: [], bytes: 0 }
  const references = wanted.map(({ reference }) => reference)
  const send = async (known: readonly string[][]) => {
    const packed = await deps.archives.pack(references, known)
    try {
      emit({ type: 'output', line: `sending ${references.length} images, ${(packed.bytes / 1e6).toFixed(1)} MB` })
      const file = `${incoming}/${packed.id}.tar`
      await deps.connection.append(packed.file, 0, file, signal)
      await deps.there.load(file)
      return packed
    } finally {
      await packed.release()
    }
  }
  const first = await send(layers).catch((error: unknown) =>
    layers.length === 0 ? Promise.reject(error as Error) : undefined,
  )
  const still = first === undefined ? missing : (await deps.there.wanted(missing)).missing
  // an engine that keeps its layers otherwise takes whole images only
  const packed = first === undefined || still.length > 0 ? await send([]) : first
  const { missing: left } = await deps.there.wanted(missing)
  if (left.length > 0)
    throw new AppError('IMAGE_UNAVAILABLE', `${left.length} images did not arrive on ${machine}`, { stage: 'image' })
  return { sent: references, bytes: packed.bytes }
}
