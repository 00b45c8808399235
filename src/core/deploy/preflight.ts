import { AppError } from '../errors.ts'
import { mostSkew } from '../machines/check-machine.ts'
import { interpreters, runnablePlatforms, runsOn } from '../machines/platforms.ts'
import { currentNumber } from './deployments.ts'
import type { DeployDeps } from './deps.ts'
import type { IngressDeps } from './ingress.ts'
import { lookAtIngress, planFor } from './proxies/look.ts'
import { describeIngressPlan } from './proxies/plan.ts'

/** What a machine says before a deploy, in one answer. */
export interface PreflightReport {
  /** Platforms whose images run there. */
  platforms: string[]
  diskFreeBytes: number
  /** ISO 8601, UTC. */
  now: string
  /** Number of the release that takes the requests there. */
  number: number | null
  /** Who deploys the app there now. */
  lockedBy: string | null
  /** Images it has not. */
  missing: string[]
  /** What becomes of its ingress, where it is not as its settings say. */
  ingress: string | null
}

/** An image of a release, as it lies here. */
export interface ImageFacts {
  service: string
  id: string
  /** `linux/amd64` */
  platform: string
  bytes: number
}

/** What this machine says before a deploy. */
export async function reportPreflight(
  deps: IngressDeps & Pick<DeployDeps, 'arch' | 'freeBytes'>,
  { context, app, images }: { context: string; app: string; images: readonly string[] },
): Promise<PreflightReport> {
  const [known, registered, record, diskFreeBytes, ingress] = await Promise.all([
    deps.engine.images(),
    deps.files.list(interpreters),
    deps.store.deploys.app(context, app),
    deps.freeBytes(deps.paths.home),
    lookAtIngress(deps),
  ])
  const here = new Set(known.values())
  return {
    platforms: runnablePlatforms(deps.arch, registered),
    diskFreeBytes,
    now: deps.clock.now().toISOString(),
    number: record ? await currentNumber(deps, record) : null,
    lockedBy: record?.lease?.owner ?? null,
    missing: images.filter((id) => !here.has(id)),
    ingress: describeIngressPlan(planFor(deps, ingress)),
  }
}

/** Room beside the images that a deploy needs: the archive on its way, the release, logs. Bytes. */
const spare = 64e6

/**
 * Why a machine cannot take a release: images of another processor, no room for those it has not. Null where it can.
 */
export function preflightFault(
  machine: string,
  report: PreflightReport,
  images: readonly ImageFacts[],
): AppError | null {
  const foreign = images.filter(({ platform }) => !runsOn(platform, report.platforms))
  const [first] = foreign
  const details = {
    machine,
    platforms: report.platforms,
    services: foreign.map(({ service, platform }) => ({ service, platform })),
  }
  if (first)
    return new AppError(
      'PLATFORM_MISMATCH',
      `the image of ${first.service} is for ${first.platform}, and ${machine} runs ${report.platforms.join(', ')}`,
      { stage: 'preflight', details },
    )
  const sent = new Map(images.filter(({ id }) => report.missing.includes(id)).map(({ id, bytes }) => [id, bytes]))
  // the archive, and what the engine makes of it
  const needed = sent.size === 0 ? 0 : 2 * [...sent.values()].reduce((sum, bytes) => sum + bytes, 0) + spare
  if (report.diskFreeBytes >= needed) return null
  const text = (bytes: number) => `${(bytes / 1e6).toFixed(0)} MB`
  return new AppError(
    'DISK_FULL',
    `${machine} has ${text(report.diskFreeBytes)} free; its images need ${text(needed)}`,
    {
      stage: 'preflight',
      hint: `free some space there: berth gc --on ${machine}, docker image prune`,
      details: { machine, free: report.diskFreeBytes, needed },
    },
  )
}

/** What is to be said of a machine whose clock is off; null where it is not. */
export function clockWarning(machine: string, there: string, between: readonly [number, number]): string | null {
  const [sent, answered] = between
  const time = Date.parse(there)
  const skew = time < sent ? time - sent : time > answered ? time - answered : 0
  if (Math.abs(skew) <= mostSkew) return null
  return `the clock of ${machine} is ${Math.round(Math.abs(skew) / 1000)} s ${skew < 0 ? 'behind' : 'ahead'}`
}
