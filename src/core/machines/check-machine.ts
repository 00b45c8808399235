import type { Clock } from '../ports.ts'
import type { Links } from './links.ts'
import { missingThere } from './look.ts'
import type { MachineFacts } from './model.ts'
import { runsOn } from './platforms.ts'
import { look } from './raise.ts'

/** What keeps a machine from being worked with, or deployed to. */
export interface MachineFinding {
  code: 'TOOL_MISSING' | 'DISK_FULL' | 'CLOCK_SKEWED' | 'PLATFORM_MISMATCH'
  message: string
  hint: string
}

interface CheckRequest {
  context: string
  name: string
  agent?: string | undefined
  /** Platforms whose images have to run there. */
  imagePlatforms: readonly string[]
}

/** A look at a connected machine, and what is wrong with it. */
export async function checkMachine(
  { links, clock }: { links: Links; clock: Pick<Clock, 'now'> },
  { context, name, agent, imagePlatforms }: CheckRequest,
): Promise<{ facts: MachineFacts; findings: MachineFinding[] }> {
  const { connection } = await links.open(context, name, agent)
  const asked = clock.now().getTime()
  const { facts } = await look(connection)
  return { facts, findings: findingsOf(name, facts, { asked, answered: clock.now().getTime(), imagePlatforms }) }
}

/** Room below which a deploy, an env or an image will not fit, bytes. */
const leastDisk = 1e9

/** How far a clock may be off, ms: beyond, certificates and the order of events suffer. */
export const mostSkew = 60_000

/** What is wrong with a machine, by what it said between two moments of our clock. */
export function findingsOf(
  name: string,
  facts: MachineFacts,
  { asked, answered, imagePlatforms }: { asked: number; answered: number; imagePlatforms: readonly string[] },
): MachineFinding[] {
  const findings: MachineFinding[] = missingThere(facts)
    .filter(({ needed }) => needed)
    .map(({ program, version, remedy }) => ({
      code: 'TOOL_MISSING',
      message: `${program} is ${version === null ? 'missing' : version}`,
      hint: `${remedy}; berth machine bootstrap ${name} installs it`,
    }))
  if (facts.diskFreeBytes < leastDisk)
    findings.push({
      code: 'DISK_FULL',
      message: `only ${(facts.diskFreeBytes / 1e6).toFixed(0)} MB are free where Berth keeps its state`,
      hint: `free some space there: berth gc --on ${name}, docker image prune`,
    })
  // `date` tells whole seconds
  const skew =
    facts.time === null ? 0 : facts.time < asked - 1000 ? facts.time - asked : Math.max(0, facts.time - answered)
  if (Math.abs(skew) > mostSkew)
    findings.push({
      code: 'CLOCK_SKEWED',
      message: `its clock is ${Math.round(Math.abs(skew) / 1000)} s ${skew < 0 ? 'behind' : 'ahead of'} this machine's`,
      hint: 'have it keep time: systemctl enable --now systemd-timesyncd, or chrony',
    })
  for (const platform of imagePlatforms.filter((one) => !runsOn(one, facts.platforms)))
    findings.push({
      code: 'PLATFORM_MISMATCH',
      message: `images for ${platform} do not run there: it runs ${facts.platforms.join(', ')}`,
      hint: `build for it: docker build --platform ${facts.platforms[0]}`,
    })
  return findings
}
